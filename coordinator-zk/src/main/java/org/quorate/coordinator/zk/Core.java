package org.quorate.coordinator.zk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.quorate.coordinator.zk.state.Applied;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Entry;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of a coordinator and the one thread on which they all work. ZooKeeper holds a log of
 * requests; each coordinator reads it and so knows all keys, sessions and locks itself.
 */
final class Core implements Replica.Follower {
  private static final Logger LOG = LoggerFactory.getLogger(Core.class);
  private static final long TICK_MS = 100;

  private final String client;
  private final long epoch;
  private final Settings settings;
  private final ScheduledThreadPoolExecutor loop;
  private final Ensemble ensemble;
  private final SnapshotStore snapshots;
  private final Replica replica;
  private final Outbox outbox;
  private final Reads reads;
  private final Watches watches;
  private final HeldSessions sessions;
  private final LockDesk desk;
  private final Expiry expiry;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();

  private final CompletableFuture<Void> shutdown = new CompletableFuture<>();

  private boolean connected;
  private boolean stalled;
  private boolean resuming;
  private boolean loading;
  private boolean storing;
  private boolean sealed;
  private long tickedNanos;
  private volatile boolean closed;
  private volatile CoordinationException broken;

  Core(String client, long epoch, Settings settings, String connect) {
    this.client = client;
    this.epoch = epoch;
    this.settings = settings;
    loop =
        new ScheduledThreadPoolExecutor(
            1, Ensemble::daemon, new ThreadPoolExecutor.DiscardPolicy());
    ensemble = new Ensemble(connect, settings, loop, this::connection);
    snapshots = new SnapshotStore(ensemble);
    replica = new Replica(ensemble, this);
    outbox = new Outbox(ensemble, replica, this::stalled);
    reads = new Reads(ensemble, replica, settings.quorumReads(), this::stalled);
    watches = new Watches(replica, loop);
    sessions = new HeldSessions(this);
    desk = new LockDesk(this);
    expiry =
        new Expiry(
            replica,
            command -> outbox.submit(command, settings.requestMs()),
            sessions::keeps,
            settings.requestMs());
  }

  /** Connects and reads all there is; to be called once, on a thread that may block. */
  void open() throws Exception {
    ensemble.curator().start();
    if (!ensemble
        .curator()
        .blockUntilConnected((int) settings.connectMs(), TimeUnit.MILLISECONDS)) {
      throw new CoordinationException(
          Code.UNAVAILABLE,
          "none of the ZooKeeper servers "
              + ensemble.curator().getZookeeperClient().getCurrentConnectionString()
              + " could be reached within "
              + settings.connectMs()
              + " ms");
    }
    snapshots.prepare();
    SnapshotStore.Loaded loaded = snapshots.load();
    loop.execute(
        () -> {
          connected = true;
          resuming = true;
          replica.restart(loaded.machine(), loaded.position());
        });
    tickedNanos = System.nanoTime();
    loop.scheduleWithFixedDelay(this::safeTick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    opened.get(settings.requestMs(), TimeUnit.MILLISECONDS);
  }

  // ---- for the other parts --------------------------------------------------------------------

  String client() {
    return client;
  }

  long epoch() {
    return epoch;
  }

  long requestMs() {
    return settings.requestMs();
  }

  Replica replica() {
    return replica;
  }

  Outbox outbox() {
    return outbox;
  }

  Reads reads() {
    return reads;
  }

  Watches watches() {
    return watches;
  }

  HeldSessions sessions() {
    return sessions;
  }

  LockDesk desk() {
    return desk;
  }

  boolean isClosed() {
    return closed;
  }

  static CoordinationException closed() {
    return new CoordinationException(Code.CLOSED, "the coordinator is closed");
  }

  /** Does something on the coordinator's thread, unless it is closed or broken. */
  <T> CompletableFuture<T> call(Supplier<? extends CompletionStage<T>> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    CoordinationException refused = closed ? closed() : broken;
    if (refused != null) {
      answer.completeExceptionally(refused);
      return answer;
    }
    loop.execute(
        () -> {
          CoordinationException late = closed ? closed() : broken;
          if (late != null) {
            answer.completeExceptionally(late);
            return;
          }
          try {
            work.get()
                .whenComplete(
                    (value, problem) -> {
                      if (problem == null) {
                        answer.complete(value);
                      } else {
                        answer.completeExceptionally(problem);
                      }
                    });
          } catch (CoordinationException e) {
            answer.completeExceptionally(e);
          } catch (RuntimeException e) {
            answer.completeExceptionally(
                new CoordinationException(Code.INVALID, "the arguments make no sense: " + e, e));
          }
        });
    return answer;
  }

  /** Appends a command; on the coordinator's thread. The type is what the command says. */
  @SuppressWarnings("unchecked")
  <T> CompletableFuture<T> submit(Command command, long waitMs) {
    return (CompletableFuture<T>) outbox.submit(command, waitMs).done();
  }

  void execute(Runnable work) {
    loop.execute(work);
  }

  void later(Runnable work, long afterMs) {
    loop.schedule(work, afterMs, TimeUnit.MILLISECONDS);
  }

  // ---- connection -----------------------------------------------------------------------------

  private void connection(boolean up) {
    if (connected && !up) {
      LOG.info("coordinator {}: connection to ZooKeeper lost", client);
    }
    connected = up;
    stalled = true;
    if (up) {
      resume();
    }
  }

  @Override
  public void stalled() {
    stalled = true;
  }

  private void resume() {
    if (stalled && connected && !loading && opened.isDone() && broken == null) {
      stalled = false;
      resuming = true;
      expiry.restart();
      replica.resume();
    }
  }

  @Override
  public void caughtUp() {
    if (opened.complete(null)) {
      // All was read behind the first connection's news.
      stalled = false;
    }
    if (resuming) {
      resuming = false;
      expiry.restart();
      outbox.resume();
      reads.resume();
    }
    reads.applied();
  }

  @Override
  public void leftBehind() {
    if (loading) {
      return;
    }
    loading = true;
    background(
        () -> {
          SnapshotStore.Loaded loaded = snapshots.load();
          loop.execute(
              () -> {
                loading = false;
                takeIn(loaded);
              });
        },
        () -> {
          loading = false;
          later(this::leftBehind, 1_000);
        });
  }

  private void takeIn(SnapshotStore.Loaded loaded) {
    if (loaded.position().compareTo(replica.position()) <= 0) {
      stalled = true;
      return;
    }
    LOG.warn("coordinator {}: fell behind, goes on from {}", client, loaded.position());
    outbox.passedOver();
    resuming = true;
    replica.restart(loaded.machine(), loaded.position());
    sessions.restarted();
    desk.restarted();
    watches.restarted();
    reads.applied();
  }

  @Override
  public void broken(CoordinationException why) {
    LOG.error("coordinator {}: {}", client, why.getMessage());
    broken = why;
    opened.completeExceptionally(why);
    end(why);
    desk.forget();
    sessions.all().forEach(s -> s.ended(false));
  }

  private void end(CoordinationException why) {
    watches.endAll(why);
    desk.close(why);
    reads.failAll(why);
    outbox.failAll(why);
  }

  // ---- what the log says ----------------------------------------------------------------------

  @Override
  public void applied(Entry entry, Applied applied) {
    applied.renewed().forEach(expiry::renewed);
    applied.ended().forEach(expiry::ended);
    boolean own = outbox.applied(entry, applied);
    desk.applied(applied);
    if (applied.anew()) {
      replica.history().restart(applied.since());
      watches.anew();
    }
    applied.ended().forEach(sessions::ended);
    watches.applied(applied.events(), replica.machine().revision());
    reads.applied();
    if (own) {
      keepShort();
    }
  }

  /** Whoever has made the log long enough stores a snapshot, or turns to the next folder. */
  private void keepShort() {
    var machine = replica.machine();
    boolean due =
        machine.entriesSinceSnapshot() >= settings.snapshotEntries()
            || machine.bytesSinceSnapshot() >= settings.snapshotBytes();
    if (due && !storing && !closed) {
      storing = true;
      byte[] bytes = machine.store();
      Position at = replica.position();
      background(
          () -> {
            boolean mine = snapshots.store(bytes, at);
            loop.execute(() -> stored(mine));
          },
          () -> later(() -> storing = false, 1_000));
    }
    if (replica.position().next() >= settings.folderEntries()) {
      outbox.nextFolder();
    }
  }

  private void stored(boolean mine) {
    if (mine && !closed) {
      this.<Boolean>submit(new Command.SnapshotStored(), settings.requestMs())
          .whenComplete((done, problem) -> storing = false);
    } else {
      later(() -> storing = false, 1_000);
    }
  }

  private interface Blocking {
    void run() throws Exception;
  }

  private void background(Blocking work, Runnable failed) {
    Ensemble.daemon(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                if (!closed) {
                  LOG.warn("coordinator {}: snapshot: {}", client, e.toString());
                }
                loop.execute(failed);
              }
            })
        .start();
  }

  private void safeTick() {
    try {
      tick();
    } catch (RuntimeException e) {
      LOG.error("coordinator {}: a defect", client, e);
    }
  }

  private void tick() {
    long now = System.nanoTime();
    long elapsedMs = TimeUnit.NANOSECONDS.toMillis(now - tickedNanos);
    tickedNanos = now;
    outbox.expire(now);
    reads.expire(now);
    watches.tick(now);
    if (broken != null) {
      return;
    }
    desk.tick(now);
    if (connected && !resuming && opened.isDone()) {
      live(now, elapsedMs);
    }
    resume();
  }

  /** While the log is sealed nobody can keep a session alive, so none ends. */
  private void live(long nowNanos, long elapsedMs) {
    if (outbox.isSealed()) {
      sealed = true;
      return;
    }
    if (sealed) {
      sealed = false;
      expiry.restart();
    }
    sessions.keepAlive(nowNanos);
    expiry.tick(elapsedMs);
  }

  // ---- the end --------------------------------------------------------------------------------

  /** Ends the sessions held here, as far as that can be told in time, and everything else. */
  CompletableFuture<Void> shutdown() {
    if (!begin()) {
      return shutdown;
    }
    loop.execute(
        () -> {
          stop();
          CompletableFuture<?>[] ending =
              sessions.all().stream()
                  .map(s -> s.end().exceptionally(unreachable -> null))
                  .toArray(CompletableFuture<?>[]::new);
          CompletableFuture.allOf(ending)
              .completeOnTimeout(null, Math.min(3_000, settings.requestMs()), TimeUnit.MILLISECONDS)
              .whenCompleteAsync((v, problem) -> finish(), loop);
        });
    return shutdown;
  }

  /** Ends everything, and leaves the sessions held here as they are. */
  CompletableFuture<Void> detach() {
    if (begin()) {
      loop.execute(
          () -> {
            stop();
            finish();
          });
    }
    return shutdown;
  }

  /** Whether it is closed from now on, and was not before. */
  private boolean begin() {
    synchronized (shutdown) {
      boolean first = !closed;
      closed = true;
      return first;
    }
  }

  private void stop() {
    watches.endAll(closed());
    desk.close(closed());
    reads.failAll(closed());
  }

  /** Completes when all is closed. */
  CompletableFuture<Void> closing() {
    return shutdown;
  }

  private void finish() {
    outbox.failAll(closed());
    desk.forget();
    sessions.all().forEach(s -> s.ended(false));
    abandon();
  }

  /** Stops at once, and lets nobody know. */
  void abandon() {
    closed = true;
    loop.shutdown();
    Ensemble.daemon(
            () -> {
              ensemble.close();
              loop.shutdownNow();
              shutdown.complete(null);
            })
        .start();
  }
}
