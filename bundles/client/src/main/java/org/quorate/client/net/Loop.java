package org.quorate.client.net;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop of Vert.x as an executor: runs tasks one at a time, in the order they were given,
 * after what the sockets of this turn brought. A task that throws is logged and does not stop the
 * others.
 */
public final class Loop implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  private final ContextInternal context;
  private final EventLoop eventLoop;

  private Loop(ContextInternal context) {
    this.context = context;
    this.eventLoop = context.nettyEventLoop();
  }

  /** The next loop of a Vert.x instance, round robin. */
  public static Loop of(Vertx vertx) {
    return new Loop(
        ((VertxInternal) vertx)
            .contextBuilder()
            .withThreadingModel(ThreadingModel.EVENT_LOOP)
            .build());
  }

  /** For servers and clients whose sockets are to live on this loop. */
  public Context context() {
    return context;
  }

  /** Whether the caller runs on this loop. */
  public boolean inside() {
    return eventLoop.inEventLoop();
  }

  /** Runs a task later, in order; from any thread. Dropped once the loop has been shut down. */
  @Override
  public void execute(Runnable task) {
    try {
      submit(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("dropped a task: the loop is shut down");
    }
  }

  /**
   * As {@link #execute}, but a task that would be dropped is refused, so that whoever waits for it can be
   * told.
   *
   * @throws RejectedExecutionException once the loop has been shut down
   */
  public void submit(Runnable task) {
    eventLoop.execute(() -> guarded(task));
  }

  /** Runs a task at once when the caller is on this loop, otherwise later. */
  public void run(Runnable task) {
    if (inside()) {
      task.run();
    } else {
      execute(task);
    }
  }

  /** Runs a task on this loop as the Vert.x context, so that sockets it opens live here. */
  public void withContext(Runnable task) {
    context.runOnContext(v -> guarded(task));
  }

  /** Runs a task every so many milliseconds until the handle is run. */
  public Runnable every(long ms, Runnable task) {
    long id = context.setPeriodic(ms, i -> guarded(task));
    return () -> context.owner().cancelTimer(id);
  }

  /** Runs a task once, after so many milliseconds, unless the handle is run before. */
  public Runnable after(long ms, Runnable task) {
    long id = context.setTimer(Math.max(1, ms), i -> guarded(task));
    return () -> context.owner().cancelTimer(id);
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a task of the event loop failed", e);
    }
  }
}
