package org.quorate.runtime.node;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group for bundles of its own node: requests find the node that takes them over the connections that
 * the nodes have, so they want neither an address nor credentials. Its loop is a thread of its own: what
 * is called there cannot hold a group up.
 */
public final class NodeAccess implements GroupAccess, AutoCloseable {
  /** How long a request is tried. */
  static final long PATIENCE_MS = 30_000;

  static final Outcome CLOSED = new Outcome.NotLeader(null, "the access to the group is closed");

  private static final Logger LOG = LoggerFactory.getLogger(NodeAccess.class);
  private static final long RETRY_MS = 20;
  private static final long TICK_MS = 250;

  /** How often to look for changes that no node tells of. */
  private static final long ELSEWHERE_MS = 200;

  private final QuorateNode node;
  private final GroupId id;
  private final ScheduledThreadPoolExecutor thread;
  private final AccessWrites writes;

  /** What ends the requests that are not answered: nothing runs on the thread once it is shut down. */
  private final Set<Runnable> unanswered = ConcurrentHashMap.newKeySet();

  private final Executor loop = this::submit;

  private volatile boolean closed;

  NodeAccess(QuorateNode node, GroupId id) {
    this.node = node;
    this.id = id;
    this.thread = new ScheduledThreadPoolExecutor(1, task -> thread(task, id));
    this.thread.setRemoveOnCancelPolicy(true);
    this.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.writes = new AccessWrites(this, node.forwarding());
    thread.scheduleWithFixedDelay(guarded(writes::tick), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  private static Thread thread(Runnable task, GroupId id) {
    Thread thread = new Thread(task, "quorate-access-" + id);
    thread.setContextClassLoader(NodeAccess.class.getClassLoader());
    thread.setDaemon(true);
    return thread;
  }

  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        LOG.error("a task on the access to a group failed", e);
      }
    };
  }

  @Override
  public GroupId id() {
    return id;
  }

  /** Nothing was done, or it may be repeated; another try may help. */
  static boolean passing(Outcome outcome) {
    return outcome instanceof Outcome.NotLeader
        || outcome instanceof Outcome.Overloaded
        || outcome instanceof Outcome.Indeterminate
        || outcome instanceof Rejected refused
            && (refused.code() == Rejection.PARKED || refused.code() == Rejection.UNKNOWN_GROUP);
  }

  @Override
  public CompletionStage<Outcome> propose(Bytes command) {
    return request(
        done -> {
          if (!closed) {
            writes.propose(command).thenAccept(done::complete);
          }
        },
        CLOSED);
  }

  /** Begins a request on the loop; it is answered when this is closed, if not before. */
  private <T> CompletionStage<T> request(Consumer<CompletableFuture<T>> begin, T whenClosed) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Runnable end = () -> done.complete(whenClosed);
    unanswered.add(end);
    done.whenComplete((answer, error) -> unanswered.remove(end));
    if (closed) {
      end.run();
    } else {
      execute(() -> begin.accept(done));
    }
    return done;
  }

  @Override
  public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
    return repeated(
        () -> node.forwarding().read(id, query, level),
        outcome -> outcome instanceof ReadOutcome.Unanswered u ? u.why() : null,
        new ReadOutcome.Unanswered(CLOSED));
  }

  @Override
  public CompletionStage<Outcome> openSession(long ttlMs) {
    return session(SessionCall.open(id, ttlMs));
  }

  @Override
  public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
    return session(SessionCall.keepAlive(id, sessions));
  }

  @Override
  public CompletionStage<Outcome> closeSession(long session) {
    return session(SessionCall.close(id, session));
  }

  private CompletionStage<Outcome> session(SessionCall call) {
    return repeated(() -> node.forwarding().session(call), outcome -> outcome, CLOSED);
  }

  /** Asks until there is an answer that another try would not change. */
  private <T> CompletionStage<T> repeated(
      Supplier<CompletableFuture<T>> request, Function<T, Outcome> why, T whenClosed) {
    long deadline = GroupHost.nowMs() + PATIENCE_MS;
    return request(done -> repeat(request, why, deadline, done), whenClosed);
  }

  private <T> void repeat(
      Supplier<CompletableFuture<T>> request,
      Function<T, Outcome> why,
      long deadline,
      CompletableFuture<T> done) {
    if (done.isDone()) {
      return;
    }
    request
        .get()
        .thenAcceptAsync(
            answer -> {
              Outcome refused = why.apply(answer);
              if (refused != null && passing(refused) && GroupHost.nowMs() < deadline) {
                after(RETRY_MS, () -> repeat(request, why, deadline, done));
              } else {
                done.complete(answer);
              }
            },
            loop());
  }

  @Override
  public Runnable watch(List<KeyRange> keys, long version, LongConsumer then) {
    return watch(keys, version, null, (reached, answer) -> then.accept(reached));
  }

  @Override
  public Runnable watch(List<KeyRange> keys, long version, Bytes query, Sight then) {
    AtomicBoolean over = new AtomicBoolean();
    Sight once =
        (reached, answer) -> {
          if (!over.getAndSet(true)) {
            then.changed(reached, answer);
          }
        };
    GroupHost host = closed ? null : node.groups().find(id);
    Runnable elsewhere =
        () -> execute(() -> elsewhere(new WatchCall(id, keys, version), once, over));
    Runnable cancel = () -> {};
    if (host == null) {
      elsewhere.run();
    } else {
      cancel =
          host.watch(
              keys,
              version,
              query,
              (reached, answer) -> execute(() -> once.changed(reached, answer)),
              elsewhere);
    }
    Runnable end = cancel;
    return () -> {
      over.set(true);
      end.run();
    };
  }

  /** Waits at another node: the group is not on this one, or keeps no data here. */
  private void elsewhere(WatchCall call, Sight once, AtomicBoolean over) {
    if (closed || over.get()) {
      return;
    }
    node.forwarding()
        .watch(call)
        .thenAcceptAsync(
            outcome -> {
              long told = WatchCall.told(outcome);
              if (told > 0) {
                once.changed(told, null);
              } else if (told == 0) {
                elsewhere(call, once, over);
              } else {
                after(ELSEWHERE_MS, () -> once.changed(0, null));
              }
            },
            this::execute);
  }

  @Override
  public Executor loop() {
    return loop;
  }

  private void submit(Runnable task) {
    thread.execute(guarded(task));
  }

  private void execute(Runnable task) {
    try {
      submit(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("dropped a task: the access to group {} is closed", id);
    }
  }

  @Override
  public Runnable after(long ms, Runnable task) {
    try {
      Future<?> timer = thread.schedule(guarded(task), Math.max(1, ms), TimeUnit.MILLISECONDS);
      return () -> timer.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  /** What was asked is answered as refused, or unknown; the thread ends. */
  @Override
  public void close() {
    execute(
        () -> {
          closed = true;
          writes.end();
          unanswered.forEach(Runnable::run);
          thread.shutdown();
        });
  }
}
