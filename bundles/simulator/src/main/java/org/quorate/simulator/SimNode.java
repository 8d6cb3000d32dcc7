package org.quorate.simulator;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.replica.CheckpointBudget;
import org.quorate.core.replica.Replica;
import org.quorate.core.replica.ReplicaEnvironment;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.simulator.disk.SimDisk;
import org.quorate.simulator.engine.NodeCrash;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.invariant.Step;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkInvariant.LinkView;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.transport.Lane;
import org.quorate.spi.transport.Transport;

/** A node: a disk that stays, and processes that come and go, each with one real replica. */
final class SimNode
    implements ReplicaEnvironment, ObservedStrategy.Observer, ObservedMachine.Observer {
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
  private SimDisk disk;
  private long storeId;
  private long incarnation;
  private long seed;
  private double clockRate = 1;
  private long clockOffsetMs;
  private State state = State.DOWN;
  private Process process;
  private Replica replica;
  private PureLoglet protocol;
  private String role = "";
  private long deliveries;
  private long history;
  private Fate due;
  private boolean crippled;
  private boolean replacing;
  private boolean affected;
  private Consumer<NodeId> afterSave;
  private NodeId promisedTo;

  /** An end that waits for the task at hand: code that runs cannot be unwound from outside. */
  private record Fate(String why, Throwable cause) {}

  SimNode(World world, NodeId id, Rng rng) {
    this.world = world;
    this.id = id;
    this.rng = rng;
    this.transport = world.network().transport(id);
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
    return protocol == null ? null : protocol.status();
  }

  long appliedInner() {
    return replica == null ? 0 : replica.log().inner();
  }

  LinkView view() {
    return new LinkView(id, up(), incarnation, protocol);
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
    try {
      opened =
          Replica.open(
              world.config(),
              this,
              new ObservedStrategy(world.subject().strategy(), this),
              disk.logs(),
              disk.states(),
              new ObservedMachine(
                  world.subject().machines().create(world.config().options()), this));
    } catch (StorageException e) {
      failed("open: " + e.getMessage(), e);
      return;
    }
    replica = opened;
    replacing = false;
    history++;
    deliveries = 0;
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
                  guarded(() -> replica.tick());
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
    protocol = null;
    role = "";
    if (state != State.BROKEN) {
      state = State.DOWN;
    }
    disk.crash();
    world.disconnected(this);
  }

  void freeze() {
    process.freeze();
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

  // ---- what is observed --------------------------------------------------------------------

  @Override
  public void opened(PureLoglet opened) {
    protocol = opened;
  }

  @Override
  public void stepping(List<Event> turn) {
    if (tracing()) {
      turn.stream().filter(e -> !(e instanceof Event.Tick)).forEach(e -> effect("< " + e));
    }
  }

  @Override
  public void stepped(List<Event> turn) {
    boolean moved = affected;
    affected = false;
    for (Event event : turn) {
      moved |= !(event instanceof Event.Tick);
      if (event instanceof Event.SnapshotInstalled) {
        history++;
        replacing = false;
        world.mark(Mark.SNAPSHOT);
      } else if (event instanceof Event.Tick) {
        look();
      }
    }
    if (moved) {
      world.linkStepped();
    }
  }

  private void look() {
    LinkStatus status = protocol.status();
    if (!status.role().equals(role)) {
      if (!role.isEmpty()) {
        world.mark(Mark.ROLE_CHANGE);
      }
      role = status.role();
      world.trace(this, "is " + role);
    }
  }

  /** The process dies soon after its next vote, view or the like is on disk and told. */
  void crashAfterSave() {
    afterSave =
        promisedTo ->
            world
                .queue()
                .after(
                    rng.between(1, 3_000),
                    ofThisProcess(
                        () -> {
                          crash("killed after a stable record");
                          world.restartLater(this);
                        }));
  }

  /** Calls back when the next vote or the like is on disk, with whom it was promised to, or null. */
  void afterSave(Consumer<NodeId> then) {
    afterSave = then;
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

  void stableSaved() {
    Consumer<NodeId> then = afterSave;
    afterSave = null;
    if (then != null) {
      then.accept(promisedTo);
    }
    promisedTo = null;
  }

  void stateReplaced() {
    replacing = true;
  }

  /** Takes down what the replica says of itself; between steps. */
  void lookAtReplica() {
    if (!up() || replacing || replica.installing()) {
      return;
    }
    world
        .step()
        .add(
            new Step.Looked(
                id,
                incarnation,
                history,
                deliveries,
                replica.log().position(),
                replica.log().version(),
                Long.toHexString(replica.log().stateHash()),
                replica.pending(),
                replica.dirtyBytes(),
                replica.log().sealedBy()));
  }

  @Override
  public void delivered(long inner, Bytes payload) {
    deliveries++;
    world
        .step()
        .add(
            new Step.Delivered(
                id, incarnation, 1, inner, payload, protocol.status().membership().voters()));
  }

  @Override
  public void sending(NodeId to, Message message, Pending after) {
    promisedTo = after == null ? promisedTo : to;
    if (tracing()) {
      effect("> " + to + " " + message + (after == null ? "" : " after #" + after.number()));
    }
  }

  @Override
  public void affected() {
    affected = true;
  }

  @Override
  public void effect(String what) {
    world.trace(this, what);
  }

  @Override
  public boolean tracing() {
    return world.tracing();
  }

  @Override
  public void executed(long version, long session, Bytes command, long timeMs, long stateHash) {
    world
        .step()
        .add(new Step.Executed(id, incarnation, version, session, command, timeMs, stateHash));
    if (command == null) {
      world.leaseEnded(session);
    }
  }
}
