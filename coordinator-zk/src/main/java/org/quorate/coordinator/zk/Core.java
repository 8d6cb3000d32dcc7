package org.quorate.coordinator.zk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.zookeeper.KeeperException;
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
  private final Loop loop;
  private final Ensemble ensemble;
  private final SnapshotStore snapshots;
  private final Replica replica;
  private final Outbox outbox;
  private final Reads reads;
  private final Watches watches;
  private final HeldSessions sessions;
  private final LockDesk desk;
  private final Expiry expiry;
  private final LogKeeper keeper;
  private final Departure departure;
  private final Opening opening;
  private final Runnable leave;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();

  private final CompletableFuture<Void> shutdown = new CompletableFuture<>();

  private boolean connected;
  private boolean stalled;
  private boolean resuming;
  private boolean loading;
  private boolean started;
  private boolean sealed;
  private long tickedNanos;
  private volatile boolean closed;
  private volatile boolean finished;
  private volatile CoordinationException broken;

  /**
   * Makes one.
   *
   * @param leave done once at the end, before anybody is told that all is closed
   */
  Core(String client, long epoch, Settings settings, String connect, Runnable leave) {
    this.client = client;
    this.epoch = epoch;
    this.settings = settings;
    this.leave = leave;
    loop = new Loop(client, () -> closed ? closed() : broken, this::stalled);
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
    keeper = new LogKeeper(this, snapshots, settings);
    departure = new Departure(this);
    opening = new Opening(settings.requestMs());
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
    tickedNanos = System.nanoTime();
    loop.execute(
        () -> {
          connected = true;
          resuming = true;
          stalled = false;
          started = true;
          replica.restart(loaded.machine(), loaded.position());
        });
    loop.every(this::tick, TICK_MS);
    try {
      opened.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CoordinationException known ? known : e;
    }
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

  Departure departure() {
    return departure;
  }

  Loop loop() {
    return loop;
  }

  boolean isClosed() {
    return closed;
  }

  static CoordinationException closed() {
    return new CoordinationException(Code.CLOSED, "the coordinator is closed");
  }

  /** Does something on the coordinator's thread, unless it is closed or broken. */
  <T> CompletableFuture<T> call(Supplier<? extends CompletionStage<T>> work) {
    return loop.call(work);
  }

  /** Appends a command; on the coordinator's thread. The type is what the command says. */
  @SuppressWarnings("unchecked")
  <T> CompletableFuture<T> submit(Command command, long waitMs) {
    return (CompletableFuture<T>) outbox.submit(command, waitMs).done();
  }

  // ---- connection -----------------------------------------------------------------------------

  private void connection(boolean up) {
    if (connected && !up && !closed) {
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
    if (stalled && connected && !loading && started && broken == null) {
      stalled = false;
      resuming = true;
      expiry.restart();
      replica.resume();
    }
  }

  @Override
  public void caughtUp() {
    opened.complete(null);
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
    loop.background(
        () -> {
          try {
            SnapshotStore.Loaded loaded = snapshots.load();
            loop.execute(
                () -> {
                  loading = false;
                  takeIn(loaded);
                });
          } catch (KeeperException.NoNodeException deleted) {
            loop.execute(() -> broken(Refusal.gone(ensemble.root())));
          }
        },
        () -> {
          loading = false;
          loop.later(this::leftBehind, 1_000);
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
    departure.look();
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
    departure.look();
    desk.applied(applied);
    if (applied.anew()) {
      replica.history().restart(applied.since());
      watches.anew();
    }
    applied.ended().forEach(sessions::ended);
    watches.applied(applied.events(), replica.machine().revision());
    reads.applied();
    if (own) {
      keeper.applied();
    }
  }

  private void tick() {
    long now = System.nanoTime();
    long elapsedMs = TimeUnit.NANOSECONDS.toMillis(now - tickedNanos);
    tickedNanos = now;
    outbox.expire(now);
    reads.expire(now);
    watches.tick(now);
    if (broken != null || finished) {
      return;
    }
    if (!opened.isDone() && !loading && opening.standsStill(replica.position(), now)) {
      opened.completeExceptionally(
          new CoordinationException(
              Code.UNAVAILABLE,
              "nothing of the log below "
                  + ensemble.root()
                  + " could be read within "
                  + settings.requestMs()
                  + " ms"));
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

  private void finish() {
    outbox.failAll(closed());
    desk.forget();
    sessions.all().forEach(s -> s.ended(false));
    abandon();
  }

  /** Stops at once, and lets nobody know. */
  void abandon() {
    synchronized (shutdown) {
      closed = true;
      if (finished) {
        return;
      }
      finished = true;
    }
    Ensemble.daemon(
            () -> {
              try {
                ensemble.close(); // what is under way is answered
              } finally {
                loop.stop();
                left();
              }
            })
        .start();
  }

  private void left() {
    try {
      leave.run();
    } finally {
      shutdown.complete(null);
    }
  }
}
