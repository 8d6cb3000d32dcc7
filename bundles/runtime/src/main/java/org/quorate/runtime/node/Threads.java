package org.quorate.runtime.node;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.quorate.client.net.Loop;
import org.quorate.client.net.VertxFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All threads of a node: Vert.x with its event loops, and workers for what blocks. They carry a
 * neutral context class loader, so that no plug-in's loader is kept alive by one of them.
 */
final class Threads {
  private static final Logger LOG = LoggerFactory.getLogger(Threads.class);
  private static final int CLOSE_S = 5;

  private final Vertx vertx;
  private final List<Loop> loops = new ArrayList<>();
  private final Loop pulse;
  private final ExecutorService workers;

  /**
   * So many loops for groups, one that says when they are busy, and one for what bundles above serve
   * (HTTP).
   */
  Threads(int groupLoops, int workerCount) {
    ClassLoader neutral = Vertx.class.getClassLoader();
    vertx = VertxFactory.create(groupLoops + 2, 4);
    for (int i = 0; i < groupLoops; i++) {
      loops.add(loop(neutral));
    }
    pulse = loop(neutral);
    AtomicInteger number = new AtomicInteger();
    workers =
        Executors.newFixedThreadPool(
            workerCount,
            task -> {
              Thread thread = new Thread(task, "quorate-worker-" + number.incrementAndGet());
              thread.setContextClassLoader(neutral);
              thread.setDaemon(true);
              return thread;
            });
  }

  private Loop loop(ClassLoader neutral) {
    Loop loop = Loop.of(vertx);
    loop.execute(() -> Thread.currentThread().setContextClassLoader(neutral));
    return loop;
  }

  Vertx vertx() {
    return vertx;
  }

  /** The loop of the transport. */
  Loop main() {
    return loops.get(0);
  }

  /** The loop on which nothing takes long. */
  Loop pulse() {
    return pulse;
  }

  List<Loop> loops() {
    return List.copyOf(loops);
  }

  Executor workers() {
    return task ->
        workers.execute(
            () -> {
              try {
                task.run();
              } catch (RuntimeException | Error e) {
                LOG.error("a task of a worker failed", e);
              }
            });
  }

  /** Runs something on the main loop and gives its future back. */
  Future<Void> on(Supplier<Future<Void>> task) {
    Promise<Void> done = Promise.promise();
    main().withContext(() -> task.get().onComplete(done));
    return done.future();
  }

  /** Waits for what is closing, then ends all threads; what workers still do, they do before it returns. */
  void close(Future<?> first) {
    try {
      first
          .otherwiseEmpty()
          .eventually(vertx::close)
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
      LOG.warn("event loops did not end in time", e);
    }
    workers.shutdown();
    try {
      if (!workers.awaitTermination(CLOSE_S, TimeUnit.SECONDS)) {
        LOG.warn("a worker is still at something {} s after the rest has closed", CLOSE_S);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
