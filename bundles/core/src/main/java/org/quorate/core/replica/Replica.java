package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.link.Frame;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.transport.Lane;

/**
 * One replica of a group: connects the links with the virtual log, the stores and the callers. Every
 * method except {@link #open} is called on the group's loop, where all callbacks come too. It owns
 * no thread and no timer: {@link #tick} moves its time.
 */
public final class Replica implements Links.Owner, AutoCloseable {
  private static final long RETIRING_MS = 200;

  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final StateStore stateStore;
  private final SnapshotStore snapshotStore;
  private final GroupStore store;
  private final VirtualLog log;
  private final Offload offload;
  private final Condition condition = new Condition();
  private final Checkpoints checkpoints;
  private final Snapshots snapshots;
  private final StateGuard guard;
  private final Callers callers;
  private final Links links;
  private final SwapClock swapClock;
  private final TimeKeeper timeKeeper;
  private final Map<Long, Long> incarnations = new HashMap<>();
  private final List<Runnable> changeListeners = new ArrayList<>();
  private final List<LongConsumer> appliedListeners = new ArrayList<>();
  private LinkStatus status;
  private boolean started;
  private long announcedVersion;
  private long malformedFrames;

  /**
   * Opens the stores and recovers; blocks: call it on a worker. The replica takes part from {@link
   * #start} on.
   *
   * @throws org.quorate.spi.storage.StorageException if a store is corrupt, locked or newer
   */
  public static Replica open(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      LogStorage logs,
      StateStorage states,
      StateMachine machine) {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      StateStore state = states.open(config.group());
      opened.add(state);
      SnapshotStore snapshots = states.snapshots(config.group());
      opened.add(snapshots);
      Replica replica = new Replica(config, environment, logs, state, snapshots, machine);
      opened.add(replica.links::close);
      replica.links.openAll();
      replica.status = replica.link();
      return replica;
    } catch (RuntimeException e) {
      for (AutoCloseable resource : opened) {
        try {
          resource.close();
        } catch (Exception suppressed) {
          e.addSuppressed(suppressed);
        }
      }
      throw e;
    }
  }

  private Replica(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      LogStorage logs,
      StateStore stateStore,
      SnapshotStore snapshotStore,
      StateMachine machine) {
    this.config = config;
    this.environment = environment;
    this.stateStore = stateStore;
    this.snapshotStore = snapshotStore;
    SplittableRandom ids = new SplittableRandom(environment.seed());
    long origin = ids.nextLong();
    store = new GroupStore(stateStore);
    Chain genesis = Chain.genesis(config.strategy(), config.genesis());
    log =
        new VirtualLog(store, machine, config.historyId(), genesis, this::outcome, this::linkState);
    announcedVersion = log.version();
    offload = new Offload(environment);
    snapshots =
        new Snapshots(
            config,
            environment,
            offload,
            snapshotStore,
            ids,
            f -> fail(f.what() + ": " + f.cause().getMessage(), f.cause()));
    checkpoints =
        new Checkpoints(store, log, snapshotStore, offload, config, environment, snapshots);
    Guarded guarded = new Guarded(environment);
    long checkMs = config.options().number(ReplicaParameters.STATE_CHECK_MS);
    guard = new StateGuard(log, guarded, checkMs);
    callers =
        new Callers(
            config,
            environment,
            store,
            log,
            machine,
            offload,
            condition,
            checkpoints,
            guard,
            origin);
    links = new Links(config, environment, logs, log, offload, condition, callers, this);
    swapClock = new SwapClock(log, links.machine());
    snapshots.connect(checkpoints, guard, links);
    guarded.connect(callers, links, this);
    long stepMs = config.options().number(ReplicaParameters.TIME_STEP_MS);
    timeKeeper = new TimeKeeper(log.sessions(), stepMs);
  }

  private void outcome(long proposer, long ticket, Outcome outcome) {
    callers.outcome(proposer, ticket, outcome);
  }

  private Bytes linkState(long inner) {
    return links.linkState(inner);
  }

  /** Begins to take part. */
  public void start() {
    started = true;
    links.start();
    tick();
  }

  // ---- callers -----------------------------------------------------------------------------

  /** Opens a session; the result of {@code Committed} is its id in 8 bytes. */
  public void openSession(long ttlMs, Consumer<Outcome> done) {
    callers.submit(new LogRecord.OpenSession(ttlMs), done);
  }

  /** Renews sessions; the result of {@code Committed} lists those that are gone (8 bytes each). */
  public void keepAlive(List<Long> sessions, Consumer<Outcome> done) {
    callers.submit(new LogRecord.KeepAlive(List.copyOf(sessions)), done);
  }

  public void closeSession(long session, Consumer<Outcome> done) {
    callers.submit(new LogRecord.CloseSession(session), done);
  }

  /** Orders and executes a command; answered once. */
  public void propose(Proposal proposal, Consumer<Outcome> done) {
    callers.propose(proposal, done);
  }

  /** Answers a query from the state; answered once. */
  public void read(Bytes query, ReadLevel level, Consumer<ReadOutcome> done) {
    callers.read(query, level, done);
  }

  /** Changes the membership; {@code Committed} when it is decided. */
  public void configure(Membership next, Consumer<Outcome> done) {
    Chain.Link sealed = log.chain().predecessor();
    if (sealed != null) {
      // Who is removed may be the only one who has the end of the sealed link.
      done.accept(new Overloaded(RETIRING_MS, "link " + sealed.epoch() + " is not retired yet"));
      return;
    }
    callers.ask(done, (link, ticket) -> link.configure(ticket, next));
  }

  /** Makes another member the leading one, on strategies that have one. */
  public void handOver(NodeId to, Consumer<Outcome> done) {
    callers.ask(done, (link, ticket) -> link.handOver(ticket, to));
  }

  /**
   * Plans to go on with another strategy, or with the same one on a new link. {@code Committed} when
   * the plan is decided, its number in 8 bytes as the result: from then on the members carry it out
   * by themselves, or give it up. {@code Overloaded} while another swap is under way.
   */
  public void swap(SwapRequest request, Consumer<Outcome> done) {
    String objection = objection(request);
    if (objection != null) {
      done.accept(new Rejected(Rejection.UNSUPPORTED, objection));
    } else {
      callers.submit(request.prepare(link().membership()), done);
    }
  }

  /** Why this node cannot take part in such a swap, or null. */
  public String objection(SwapRequest request) {
    ConsensusStrategy target = environment.strategy(request.strategy());
    return target == null
        ? "strategy '" + request.strategy() + "' is not installed on " + environment.node()
        : request.objection(link().membership(), target.traits());
  }

  /** Gives the swap up that is under way, unless its seal is decided first. */
  public void abortSwap(Consumer<Outcome> done) {
    Chain.Plan plan = log.chain().plan();
    if (plan == null) {
      done.accept(new Rejected(Rejection.UNSUPPORTED, "no swap is under way"));
    } else {
      callers.submit(new LogRecord.AbortPlan(plan.planId(), "by an operator"), done);
    }
  }

  /** The strategies of the links that this replica holds open or should, the active one's too. */
  public List<String> strategies() {
    return log.chain().live().stream().map(Chain.Link::strategy).distinct().toList();
  }

  // ---- the process -------------------------------------------------------------------------

  /**
   * Moves time on; about every 20 to 50 ms.
   *
   * @return whether something goes on; a replica that is idle can do with a tick every 100 ms
   */
  public boolean tick() {
    if (condition.over()) {
      return false;
    }
    long now = environment.nowMs();
    boolean due = links.tick(now, callers.size() > 0 || installing());
    callers.expire(now, status.hint());
    LogRecord.TimeStep step = timeKeeper.tick(status.timekeeper(), log.chain().plan() != null, now);
    if (step != null) {
      callers.submit(step, this::stepped);
    }
    checkpoints.tick(now);
    snapshots.transfer().sender().tick();
    guard.tick(status, now);
    if (due) {
      announce();
    }
    return links.lively();
  }

  private void stepped(Outcome outcome) {
    if (outcome instanceof Committed done && !done.result().isEmpty()) {
      timeKeeper.delivered(done.result().longAt(0));
    } else {
      timeKeeper.lost();
    }
  }

  @Override
  public void turned() {
    guard.look(status);
    callers.answerReads();
    if (log.version() > announcedVersion) {
      swapClock.turned(environment.nowMs());
      announcedVersion = log.version();
      appliedListeners.forEach(l -> l.accept(announcedVersion));
    }
  }

  private void announce() {
    LinkStatus now = link();
    boolean changed =
        !now.role().equals(status.role())
            || !Objects.equals(now.hint(), status.hint())
            || !now.membership().equals(status.membership());
    status = now;
    if (changed) {
      changed();
    }
  }

  @Override
  public void changed() {
    swapClock.changed(environment.nowMs());
    changeListeners.forEach(Runnable::run);
  }

  /** A frame that another replica of the group sent; a malformed one is counted and dropped. */
  public void receive(NodeId from, Lane lane, Bytes encoded) {
    if (condition.over() || !started) {
      return;
    }
    try {
      Frame frame = Frame.decode(encoded);
      if (stray(frame)) {
        return;
      }
      switch (frame.kind()) {
        case LINK -> links.receive(from, frame);
        case SNAPSHOT -> snapshots.transfer().receive(from, frame.body());
        case CHECK -> guard.receive(from, frame.storeId(), frame.body());
        case CHAIN -> links.heard(from, frame);
        default -> throw new IllegalStateException("frame " + frame.kind());
      }
    } catch (MalformedException e) {
      malformedFrames++;
    }
  }

  /**
   * From a start of the sender's store that has ended. Whether that store is the member's is for
   * the protocol to check: a replica that is behind knows members only as they were, and must be
   * able to learn from a store that has replaced another since.
   */
  private boolean stray(Frame frame) {
    Long newest = incarnations.get(frame.storeId());
    if (newest != null && newest > frame.incarnation()) {
      return true;
    }
    if (newest == null || newest < frame.incarnation()) {
      incarnations.put(frame.storeId(), frame.incarnation());
    }
    return false;
  }

  /** The connection to a peer was lost and made again. */
  public void peerReset(NodeId peer) {
    if (!condition.over()) {
      links.peerReset(peer);
    }
  }

  /** Called when role, hint, membership, state or chain have changed. */
  public void onChange(Runnable listener) {
    changeListeners.add(listener);
  }

  /** Called after a turn in which the version has advanced. */
  public void onApplied(LongConsumer listener) {
    appliedListeners.add(listener);
  }

  public long appliedVersion() {
    return log.version();
  }

  /** Counters, positions and chain, for status and invariants. */
  public VirtualLog log() {
    return log;
  }

  /** The swaps of the group that are under way or remembered, the oldest first. */
  public List<SwapStep> swaps() {
    return swapClock.steps();
  }

  /** The active link's pure protocol, or null if there is none. */
  public PureLoglet protocol() {
    return links.active() == null ? null : links.active().protocol();
  }

  /** What the active link says of itself now. */
  public LinkStatus link() {
    Chain.Link active = log.chain().active();
    LinkSlot open = links.slot(active.planId());
    return open != null
        ? open.status()
        : new LinkStatus("none", null, false, false, 0, 0, 0, active.members(), null, Map.of());
  }

  /** Frames that did not decode. */
  public long malformedFrames() {
    return malformedFrames;
  }

  /** Bytes of state that are in memory and in the log only. */
  public long dirtyBytes() {
    return store.dirtyBytes();
  }

  /**
   * True while a snapshot replaces the state: what is decided waits, reads wait, and the status has
   * no state hash.
   */
  public boolean installing() {
    return callers.installing();
  }

  /** Proposals and reads under way. */
  public int pending() {
    return callers.size();
  }

  /** Sessions open. */
  public int sessions() {
    return log.sessions().size();
  }

  /** Checkpoints written since it was opened. */
  public long checkpoints() {
    return checkpoints.completed();
  }

  /** Milliseconds that those took. */
  public long checkpointMs() {
    return checkpoints.tookMs();
  }

  public ReplicaConfig config() {
    return config;
  }

  public GroupStatus status() {
    LinkStatus now = link();
    return new GroupStatus(
        config.group(),
        environment.node(),
        guard.fenced() ? GroupStatus.State.DIVERGED : condition.state(),
        guard.fenced() ? guard.why() : condition.why(),
        log.chain().active().strategy(),
        config.storage(),
        now.role(),
        now.hint(),
        log.chain().active().epoch(),
        now.decided(),
        log.inner(),
        log.position(),
        log.gtid(),
        installing() ? "" : Long.toHexString(log.stateHash()),
        now.membership().members().stream()
            .map(
                m ->
                    new GroupStatus.MemberStatus(
                        m.node(),
                        Long.toHexString(m.storeId()),
                        m.role().name().toLowerCase(),
                        m.weight()))
            .toList(),
        details(now));
  }

  private Map<String, String> details(LinkStatus now) {
    Chain chain = log.chain();
    Map<String, String> details = new TreeMap<>(now.details());
    if (chain.plan() != null) {
      details.put("swap", chain.plan().planId() + " to " + chain.plan().target().strategy());
    }
    if (chain.predecessor() != null) {
      details.put("retiring", "link " + chain.predecessor().epoch());
    }
    return details;
  }

  /** Asks for a checkpoint now; {@code then} runs when it, or one under way, has ended. */
  public void checkpoint(Runnable then) {
    checkpoints.request();
    checkpoints.whenIdle(then);
  }

  /** Stops at once; what is only in memory is in the log. Blocks for writes under way. */
  @Override
  public void close() {
    if (!condition.closed()) {
      condition.close();
      offload.close();
      checkpoints.close();
      links.close();
      snapshotStore.close();
      stateStore.close();
      callers.endAll("the replica was closed");
    }
  }

  // ---- what the links need -----------------------------------------------------------------

  @Override
  public void requestCheckpoint() {
    checkpoints.request();
  }

  @Override
  public void sendSnapshot(NodeId to, LogPoint point) {
    snapshots.transfer().sender().send(to, point);
  }

  @Override
  public void askForSnapshot(NodeId peer) {
    snapshots.transfer().ask(peer);
  }

  @Override
  public void fail(String reason, Throwable cause) {
    if (condition.fail(reason)) {
      links.stop();
      environment.failed("group " + config.group() + ": " + reason, cause);
      callers.endAll(reason);
      changed();
    }
  }
}
