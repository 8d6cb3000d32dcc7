package org.quorate.simulator;

import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.replica.BusyLoop;
import org.quorate.core.replica.CheckpointBudget;
import org.quorate.core.replica.Replica;
import org.quorate.core.replica.ReplicaEnvironment;
import org.quorate.core.storage.ReplicaStores;
import org.quorate.simulator.disk.SimDisk;
import org.quorate.simulator.engine.NodeCrash;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.invariant.Step;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkInvariant.LinkView;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.transport.Lane;
import org.quorate.spi.transport.Transport;

/** A node: a disk that stays, and processes that come and go, each with one real replica. */
final class SimNode implements ReplicaEnvironment {
  /** What a node is doing. */
  enum State {
    /** No process. */
    DOWN,
    /** A process that opens its stores. */
    STARTING,
    /** A replica that takes part. */
    UP,
    /** No process can start: the data is damaged. */
    BROKEN
  }

  private static final long TICK_US = 20_000;

  private final World world;
  private final NodeId id;
  private final Rng rng;
  private final Transport transport;
  private final NodeWatch watch;
  private SimDisk disk;
  private long storeId;
  private long incarnation;
  private long seed;
  private double clockRate = 1;
  private long clockOffsetMs;
  private State state = State.DOWN;
  private Process process;
  private Places places;
  private Replica replica;
  private Fate due;
  private boolean crippled;

  /** An end that waits for the task at hand: code that runs cannot be unwound from outside. */
  private record Fate(String why, Throwable cause) {}

  SimNode(World world, NodeId id, Rng rng) {
    this.world = world;
    this.id = id;
    this.rng = rng;
    this.transport = world.network().transport(id);
    this.watch = new NodeWatch(world, this);
    newStore();
  }

  /** Formats the disk: another store, another voter. */
  void newStore() {
    storeId = rng.next();
    disk = new SimDisk(world.queue(), rng.split(), id.name(), world, world.subject().logs());
    disk.faults().syncMeanUs(world.plan().syncMeanUs());
    disk.faults().lies(world.subject().sabotage().lyingDisks());
    if (state == State.BROKEN) {
      state = State.DOWN;
    }
  }

  void clock(double rate, long offsetMs) {
    clockRate = rate;
    clockOffsetMs = offsetMs;
  }

  State state() {
    return state;
  }

  boolean up() {
    return state == State.UP;
  }

  boolean broken() {
    return state == State.BROKEN || disk.damaged();
  }

  boolean frozen() {
    return process != null && process.frozen();
  }

  /** It stays as it is for the rest of the run. */
  void cripple() {
    crippled = true;
  }

  boolean crippled() {
    return crippled;
  }

  SimDisk disk() {
    return disk;
  }

  Replica replica() {
    return replica;
  }

  LinkStatus linkStatus() {
    return replica == null ? null : replica.link();
  }

  long appliedInner() {
    return replica == null ? 0 : replica.log().inner();
  }

  /** What its replica was seen to do. */
  NodeWatch watch() {
    return watch;
  }

  /** Null if it has not opened the link since it started. */
  LinkView view(long planId) {
    PureLoglet protocol = up() ? watch.protocol(planId) : null;
    return protocol == null ? null : new LinkView(id, true, incarnation, protocol);
  }

  // ---- life --------------------------------------------------------------------------------

  void start() {
    if (state != State.DOWN || crippled) {
      return;
    }
    incarnation++;
    seed = rng.next();
    state = State.STARTING;
    world.trace(this, "start #" + incarnation);
    process = new Process(world.queue(), rng.split(), world.plan().workerMeanUs());
    Process mine = process;
    process.workers().execute(() -> guarded(() -> open(mine)));
  }

  private void open(Process mine) {
    Replica opened;
    places = new Places(world, this);
    try {
      ReplicaStores stores = places.open();
      opened =
          Replica.open(
              world.config(),
              this,
              stores.logs(),
              stores.states(),
              new ObservedMachine(
                  world.subject().machines().create(world.config().options()), watch));
    } catch (StorageException e) {
      failed("open: " + e.getMessage(), e);
      return;
    }
    replica = opened;
    watch.started(opened);
    state = State.UP;
    mine.loop().execute(() -> guarded(opened::start));
    tick(mine);
  }

  private void tick(Process mine) {
    long delayUs = (long) (TICK_US / clockRate) + rng.between(0, 2_000);
    world
        .queue()
        .after(
            delayUs,
            () -> {
              if (mine.alive()) {
                if (!mine.frozen()) {
                  guarded(
                      () -> {
                        replica.tick();
                        places.tick();
                      });
                }
                tick(mine);
              }
            });
  }

  /** Kills the process, as SIGKILL and a power failure at once: what was not synced may be lost. */
  void crash(String why) {
    if (process == null || !process.alive()) {
      return;
    }
    world.trace(this, "crash: " + why);
    process.kill();
    replica = null;
    watch.ended();
    if (state != State.BROKEN) {
      state = State.DOWN;
    }
    disk.crash();
    world.disconnected(this);
  }

  /** The process dies soon after its next vote, view or the like is on disk and told. */
  void crashAfterSave() {
    watch.afterSave(
        promisedTo ->
            world
                .queue()
                .after(
                    rng.between(1, 3_000),
                    ofThisProcess(
                        () -> {
                          crash("killed after a stable record");
                          world.restartLater(this);
                        })));
  }

  /** Does something unless this process has ended until then. */
  Runnable ofThisProcess(Runnable task) {
    Process mine = process;
    return () -> {
      if (mine.alive()) {
        task.run();
      }
    };
  }

  /** Its replica begins to move to the other place of its disk. */
  void move(boolean log, boolean state, long timeoutMs) {
    request(r -> places.move(r, log, state, timeoutMs));
  }

  boolean moving() {
    return up() && places.moving();
  }

  void freeze() {
    process.freeze();
  }

  /** Freezes, and has the others told so for as long as the limits say. */
  void busy(BusyLoop limits) {
    freeze();
    tellBusy(limits, world.queue().nowUs());
  }

  private void tellBusy(BusyLoop limits, long sinceUs) {
    world
        .queue()
        .after(
            BusyLoop.EVERY_MS * 1000,
            ofThisProcess(
                () -> {
                  long silentMs = (world.queue().nowUs() - sinceUs) / 1000;
                  if (!frozen() || limits.stuck(silentMs)) {
                    return;
                  }
                  if (limits.busy(silentMs)) {
                    world
                        .network()
                        .tellBusy(id, world.nodes().stream().map(SimNode::node).toList());
                  }
                  tellBusy(limits, sinceUs);
                }));
  }

  void thaw() {
    if (frozen()) {
      process.thaw();
    }
  }

  /** Runs a request at the replica, if there is one; waits while the process is frozen. */
  void request(Consumer<Replica> call) {
    if (up()) {
      process.run(() -> guarded(() -> call.accept(replica)));
    }
  }

  void receive(NodeId from, Lane lane, Bytes frame) {
    request(r -> r.receive(from, lane, frame));
  }

  void peerReset(NodeId peer) {
    request(r -> r.peerReset(peer));
  }

  void peerBusy(NodeId peer) {
    request(r -> r.peerBusy(peer));
  }

  /** Runs a task of this node's; its process may end by it. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (NodeCrash crash) {
      due = due == null ? new Fate("in " + crash.getMessage(), crash) : due;
    }
    if (disk.takeCrash() && due == null) {
      due = new Fate("in a blocking write", null);
    }
    Fate fate = due;
    due = null;
    if (fate != null) {
      ended(fate);
    }
  }

  private void ended(Fate fate) {
    Throwable cause = fate.cause();
    boolean storage = cause instanceof StorageException && disk.faults().struck();
    StorageException.Kind kind = cause instanceof StorageException e ? e.kind() : null;
    if (disk.corruptionSeen()) {
      boolean named = kind == StorageException.Kind.CORRUPT && fate.why().contains(id.name() + "/");
      state = State.BROKEN;
      world.step().add(new Step.Stopped(id, fate.why(), named));
    } else if (!(cause instanceof NodeCrash) && !storage && !fate.why().startsWith("in ")) {
      throw new Violation("NoReplicaFails", id + " " + fate.why(), cause);
    }
    crash(fate.why());
    if (state == State.DOWN) {
      world.restartLater(this);
    }
  }

  // ---- what the replica is given -----------------------------------------------------------

  @Override
  public NodeId node() {
    return id;
  }

  @Override
  public ConsensusStrategy strategy(String name) {
    ConsensusStrategy found = world.subject().strategy(name);
    return found == null ? null : new ObservedStrategy(found, watch);
  }

  @Override
  public long storeId() {
    return storeId;
  }

  @Override
  public long incarnation() {
    return incarnation;
  }

  @Override
  public Executor loop() {
    Executor loop = process.loop();
    return task -> loop.execute(() -> guarded(task));
  }

  @Override
  public Executor workers() {
    Executor workers = process.workers();
    return task -> workers.execute(() -> guarded(task));
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public CheckpointBudget checkpointBudget() {
    return CheckpointBudget.unlimited();
  }

  @Override
  public long nowMs() {
    return clockOffsetMs + (long) (world.queue().nowUs() * clockRate / 1000);
  }

  @Override
  public long seed() {
    return seed;
  }

  @Override
  public void failed(String why, Throwable cause) {
    if (due == null) {
      due = new Fate(why, cause);
    }
  }
}
