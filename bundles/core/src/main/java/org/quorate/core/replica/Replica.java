package org.quorate.core.replica;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Aborted;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Indeterminate;
import org.quorate.api.Outcome.NotLeader;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.ReadOutcome.Unanswered;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.link.Frame;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.core.snapshot.SnapshotTransfer;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Delivery;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.SealRecord;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.transport.Lane;

/**
 * One replica of a group: connects a link with the virtual log, the stores and the callers. Every
 * method except {@link #open} is called on the group's loop, where all callbacks come too. It owns
 * no thread and no timer: {@link #tick} moves its time.
 *
 * <p>Long for this project, since it is the one place where the parts meet; what can be told apart
 * is in {@link Reads}, {@link Checkpoints}, {@link TimeKeeper} and {@link LinkPorts}.
 */
public final class Replica implements Delivery, SnapshotHost, Checkpoints.Owner, AutoCloseable {
  private record Decided(long inner, Bytes payload) {}

  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final LinkStore linkStore;
  private final StateStore stateStore;
  private final SnapshotStore snapshotStore;
  private final GroupStore store;
  private final VirtualLog log;
  private final Offload offload;
  private final Reads reads;
  private final Checkpoints checkpoints;
  private final SnapshotTransfer transfer;
  private final TimeKeeper timeKeeper;
  private final StateGuard guard;
  private final LinkPorts ports;
  private final Pulse pulse;
  private final Loglet loglet;
  private final PendingTable pending = new PendingTable();
  private final Contention contention = new Contention();
  private final ArrayDeque<Decided> held = new ArrayDeque<>();
  private final Map<Long, Long> incarnations = new HashMap<>();
  private final List<Runnable> changeListeners = new ArrayList<>();
  private final List<LongConsumer> appliedListeners = new ArrayList<>();
  private final SplittableRandom ids;
  private final long origin;
  private final Bytes nodeName;
  private final long timeoutMs;
  private final long pendingMax;
  private final long commandMaxBytes;
  private final long backlogMaxBytes;
  private Membership membership;
  private LinkStatus status;
  private GroupStatus.State state = GroupStatus.State.RUNNING;
  private String why = "";
  private long announcedVersion;
  private long malformedFrames;
  private boolean closed;

  /**
   * Opens the stores and recovers; blocks: call it on a worker. The replica takes part from {@link
   * #start} on.
   *
   * @throws org.quorate.spi.storage.StorageException if a store is corrupt, locked or newer
   */
  public static Replica open(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      ConsensusStrategy strategy,
      LogStorage logs,
      StateStorage states,
      StateMachine machine) {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      StateStore state = states.open(config.group());
      opened.add(state);
      SnapshotStore snapshots = states.snapshots(config.group());
      opened.add(snapshots);
      LinkStore link = logs.open(config.group(), 1, environment.loop());
      opened.add(link);
      return new Replica(config, environment, strategy, link, state, snapshots, machine);
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
      ConsensusStrategy strategy,
      LinkStore linkStore,
      StateStore stateStore,
      SnapshotStore snapshotStore,
      StateMachine machine) {
    this.config = config;
    this.environment = environment;
    this.linkStore = linkStore;
    this.stateStore = stateStore;
    this.snapshotStore = snapshotStore;
    this.membership = config.genesis();
    this.ids = new SplittableRandom(environment.seed());
    this.origin = ids.nextLong();
    this.nodeName = Bytes.utf8(environment.node().name());
    this.timeoutMs = config.options().number(ReplicaParameters.PROPOSE_TIMEOUT_MS);
    this.pendingMax = config.options().number(ReplicaParameters.PENDING_MAX);
    this.commandMaxBytes = config.options().number(ReplicaParameters.COMMAND_MAX_BYTES);
    this.backlogMaxBytes = config.options().number(ReplicaParameters.BACKLOG_MAX_BYTES);
    store = new GroupStore(stateStore);
    Chain genesis = Chain.genesis(config.strategy());
    log = new VirtualLog(store, machine, config.historyId(), genesis, this::outcome);
    announcedVersion = log.version();
    offload = new Offload(environment);
    reads = new Reads(log, machine, offload);
    checkpoints = new Checkpoints(store, log, snapshotStore, offload, config, environment, this);
    transfer = new SnapshotTransfer(this, snapshotStore);
    long stepMs = config.options().number(ReplicaParameters.TIME_STEP_MS);
    timeKeeper = new TimeKeeper(log.sessions(), stepMs);
    long checkMs = config.options().number(ReplicaParameters.STATE_CHECK_MS);
    guard = new StateGuard(log, new Guarded(), checkMs);
    ports =
        new LinkPorts(
            config, environment, log.chain().active(), linkStore, recovered(linkStore), this);
    loglet = strategy.open(ports);
    long quietMs = ports.driver() == null ? 0 : ports.driver().protocol().quietTickMs();
    pulse = new Pulse(quietMs, environment.storeId());
    status = loglet.status();
    membership = status.membership();
  }

  private Recovered recovered(LinkStore link) {
    long first = link.log().firstIndex();
    long last = link.log().lastIndex();
    List<Bytes> records = new ArrayList<>();
    while (first + records.size() <= last) {
      records.addAll(link.log().read(first + records.size(), 1 << 20));
    }
    return new Recovered(link.stable().load(), first, records, log.inner(), log.linkState());
  }

  /** Begins to take part. */
  public void start() {
    tick();
  }

  // ---- callers -----------------------------------------------------------------------------

  /** Opens a session; the result of {@code Committed} is its id in 8 bytes. */
  public void openSession(long ttlMs, Consumer<Outcome> done) {
    submit(new LogRecord.OpenSession(ttlMs), done);
  }

  /** Renews sessions; the result of {@code Committed} lists those that are gone (8 bytes each). */
  public void keepAlive(List<Long> sessions, Consumer<Outcome> done) {
    submit(new LogRecord.KeepAlive(List.copyOf(sessions)), done);
  }

  public void closeSession(long session, Consumer<Outcome> done) {
    submit(new LogRecord.CloseSession(session), done);
  }

  /** Orders and executes a command; answered once. */
  public void propose(Proposal proposal, Consumer<Outcome> done) {
    if (proposal.command().length() > commandMaxBytes) {
      done.accept(
          new Rejected(
              Rejection.TOO_LARGE,
              "command of "
                  + proposal.command().length()
                  + " bytes, command.max.bytes is "
                  + commandMaxBytes));
    } else if (proposal.transaction() != null && proposal.transaction().violation() != null) {
      done.accept(new Rejected(Rejection.TOO_LARGE, proposal.transaction().violation()));
    } else if (store.dirtyBytes() > backlogMaxBytes) {
      done.accept(new Overloaded(100, "checkpoint.backlog.max.bytes"));
    } else if (checkpoints.full()) {
      done.accept(new Overloaded(100, "checkpoint.memory.percent of the node"));
    } else {
      submit(new LogRecord.Command(nodeName, proposal), done);
    }
  }

  private void submit(LogRecord record, Consumer<Outcome> done) {
    Outcome refused = refused();
    if (refused != null) {
      done.accept(refused);
      return;
    }
    long ticket = pending.add(done, environment.nowMs() + timeoutMs);
    Submission submission = new Submission(ticket, LogRecord.encode(origin, ticket, record));
    if (ports.driver() != null) {
      ports.driver().submit(submission);
    } else {
      loglet.append(List.of(submission));
    }
  }

  private Outcome refused() {
    // Nothing more is ordered on a sealed link, and newer writes may be known elsewhere.
    return log.sealedBy() == 0 ? unable() : new NotLeader(null);
  }

  private Outcome unable() {
    if (state != GroupStatus.State.RUNNING || closed) {
      return new Rejected(Rejection.PARKED, why.isEmpty() ? "the replica is closed" : why);
    }
    if (guard.fenced()) {
      return new Rejected(Rejection.PARKED, guard.why());
    }
    return pending.size() >= pendingMax ? new Overloaded(20, "pending.max") : null;
  }

  /** Answers a query from the state; answered once. */
  public void read(Bytes query, ReadLevel level, Consumer<ReadOutcome> done) {
    Outcome refused = level instanceof ReadLevel.Linearizable ? refused() : unable();
    if (refused != null) {
      done.accept(new Unanswered(refused));
      return;
    }
    if (level instanceof ReadLevel.Local && installing()) {
      // The store holds neither the state before the snapshot nor yet the one after it.
      reads.causal(waiting(query, done), log.version());
    } else if (level instanceof ReadLevel.Local) {
      reads.answer(new Reads.Read(0, query, done));
    } else if (level instanceof ReadLevel.Causal causal) {
      if (causal.gtid().historyId() != config.historyId()) {
        done.accept(
            new Unanswered(
                new Rejected(Rejection.UNSUPPORTED, causal.gtid() + " is of another history")));
        return;
      }
      reads.causal(waiting(query, done), causal.gtid().version());
      answerReads();
    } else {
      Reads.Read read = waiting(query, done);
      reads.asked(read);
      loglet.checkTail(new TailRequest(read.ticket()));
    }
  }

  private Reads.Read waiting(Bytes query, Consumer<ReadOutcome> done) {
    Consumer<Outcome> failed = outcome -> done.accept(new Unanswered(outcome));
    long ticket = pending.add(failed, environment.nowMs() + timeoutMs);
    return new Reads.Read(ticket, query, done);
  }

  private void answerReads() {
    if (!installing()) {
      reads.applied(this::answer);
    }
  }

  private void answer(Reads.Read read, boolean linearizable) {
    if (linearizable && log.sealedBy() != 0) {
      settle(read.ticket(), new NotLeader(null));
    } else if (pending.remove(read.ticket()) != null) {
      reads.answer(read);
    }
  }

  /** Changes the membership; {@code Committed} when it is decided. */
  public void configure(Membership next, Consumer<Outcome> done) {
    ask(done, ticket -> loglet.configure(ticket, next));
  }

  /** Makes another member the leading one, on strategies that have one. */
  public void handOver(NodeId to, Consumer<Outcome> done) {
    ask(done, ticket -> loglet.handOver(ticket, to));
  }

  /**
   * Ends the active link, for good: {@code Committed} when the plan's seal is decided and no other
   * plan's was before it; may be asked of any replica, again and again.
   *
   * @param planId above 0
   */
  public void seal(long planId, Consumer<Outcome> done) {
    if (log.sealedBy() != 0) {
      done.accept(sealed(planId));
      return;
    }
    Consumer<Outcome> verdict = o -> done.accept(o instanceof Committed ? sealed(planId) : o);
    ask(
        verdict,
        ticket ->
            loglet.seal(
                ticket,
                new SealRecord(
                    planId, LogRecord.encode(origin, ticket, new LogRecord.Seal(planId)))));
  }

  private Outcome sealed(long planId) {
    long by = log.sealedBy();
    if (by == planId) {
      return new Committed(log.gtid(), log.position(), Bytes.EMPTY);
    }
    return by == 0
        ? new Indeterminate(
            "a seal is decided that this replica has not applied yet", status.hint())
        : new Rejected(Rejection.UNSUPPORTED, "the link is sealed by plan " + by);
  }

  private void ask(Consumer<Outcome> done, LongConsumer question) {
    Outcome refused = refused();
    if (refused != null) {
      done.accept(refused);
    } else {
      question.accept(pending.add(done, environment.nowMs() + timeoutMs));
    }
  }

  // ---- the process -------------------------------------------------------------------------

  /**
   * Moves time on; about every 20 to 50 ms.
   *
   * @return whether something goes on; a replica that is idle can do with a tick every 100 ms
   */
  public boolean tick() {
    if (closed || state == GroupStatus.State.FAILED) {
      return false;
    }
    long now = environment.nowMs();
    boolean busy = pending.size() > 0 || installing();
    boolean due = pulse.due(now, log.inner(), busy);
    if (due && ports.driver() != null) {
      ports.driver().offer(new Event.Tick(now));
    }
    pending.expire(now, new Indeterminate("no outcome within propose.timeout.ms", status.hint()));
    LogRecord.TimeStep step = timeKeeper.tick(status.timekeeper() && log.sealedBy() == 0, now);
    if (step != null) {
      submit(step, this::stepped);
    }
    checkpoints.tick(now);
    transfer.sender().tick();
    guard.tick(status, now);
    if (due) {
      announce();
    }
    return pulse.lively();
  }

  private void stepped(Outcome outcome) {
    if (outcome instanceof Committed done && !done.result().isEmpty()) {
      timeKeeper.delivered(done.result().longAt(0));
    } else {
      timeKeeper.lost();
    }
  }

  /** One turn of the link's driver. */
  void turn() {
    if (closed || ports.driver() == null || state == GroupStatus.State.FAILED) {
      return;
    }
    long inner = log.inner();
    try {
      ports.driver().turn();
    } catch (RuntimeException e) {
      fail("protocol: " + e, e);
      return;
    }
    guard.look(status);
    answerReads();
    if (log.inner() > inner) {
      ports.driver().offerLazily(new Event.Applied(log.inner()));
    }
    if (log.version() > announcedVersion) {
      announcedVersion = log.version();
      appliedListeners.forEach(l -> l.accept(announcedVersion));
    }
  }

  private void announce() {
    LinkStatus now = loglet.status();
    boolean changed =
        !now.role().equals(status.role())
            || !java.util.Objects.equals(now.hint(), status.hint())
            || !now.membership().equals(status.membership());
    status = now;
    if (changed) {
      changeListeners.forEach(Runnable::run);
    }
  }

  /** A frame that another replica of the group sent; a malformed one is counted and dropped. */
  public void receive(NodeId from, Lane lane, Bytes encoded) {
    if (closed || state != GroupStatus.State.RUNNING) {
      return;
    }
    try {
      Frame frame = Frame.decode(encoded);
      Chain.Link link = log.chain().active();
      if (frame.epoch() != link.epoch() || frame.planId() != link.planId() || stray(frame)) {
        return;
      }
      if (frame.kind() == Frame.Kind.SNAPSHOT) {
        transfer.receive(from, frame.body());
      } else if (frame.kind() == Frame.Kind.CHECK) {
        guard.receive(from, frame.storeId(), frame.body());
      } else if (ports.driver() != null) {
        PureLoglet protocol = ports.driver().protocol();
        ports.driver().offer(new Event.Received(from, protocol.decode(frame.body())));
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
    if (!closed && ports.driver() != null) {
      ports.driver().offer(new Event.PeerReset(peer));
    }
  }

  /** Called when role, hint, membership or state have changed. */
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

  /** The pure protocol, or null if the strategy is none. */
  public PureLoglet protocol() {
    return ports.driver() == null ? null : ports.driver().protocol();
  }

  /** What the link says of itself now. */
  public LinkStatus link() {
    return loglet.status();
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
    return checkpoints.installing() || guard.fenced();
  }

  /** Proposals and reads under way. */
  public int pending() {
    return pending.size();
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
    LinkStatus now = loglet.status();
    return new GroupStatus(
        config.group(),
        environment.node(),
        guard.fenced() ? GroupStatus.State.DIVERGED : state,
        guard.fenced() ? guard.why() : why,
        config.strategy(),
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
                        m.node(), Long.toHexString(m.storeId()), m.role().name().toLowerCase()))
            .toList(),
        new TreeMap<>(now.details()));
  }

  /** Asks for a checkpoint now; {@code then} runs when it, or one under way, has ended. */
  public void checkpoint(Runnable then) {
    checkpoints.request();
    checkpoints.whenIdle(then);
  }

  /** Stops at once; what is only in memory is in the log. Blocks for writes under way. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      offload.close();
      checkpoints.close();
      loglet.close();
      linkStore.close();
      snapshotStore.close();
      stateStore.close();
      pending.expire(Long.MAX_VALUE, new Indeterminate("the replica was closed", null));
    }
  }

  void fail(String reason, Throwable cause) {
    if (state != GroupStatus.State.FAILED) {
      state = GroupStatus.State.FAILED;
      why = reason;
      if (ports.driver() != null) {
        ports.driver().stop();
      }
      environment.failed("group " + config.group() + ": " + reason, cause);
      pending.expire(Long.MAX_VALUE, new Indeterminate(reason, null));
      changeListeners.forEach(Runnable::run);
    }
  }

  // ---- decided by the link -----------------------------------------------------------------

  @Override
  public void deliver(long inner, Bytes payload) {
    if (installing()) {
      held.add(new Decided(inner, payload));
    } else if (inner > log.inner() && state == GroupStatus.State.RUNNING) {
      try {
        log.deliver(inner, payload);
      } catch (RuntimeException e) {
        fail("record " + inner + " cannot be executed: " + e, e);
      }
    }
  }

  @Override
  public void decided(long inner) {
    if (installing()) {
      held.add(new Decided(inner, null));
    } else if (state == GroupStatus.State.RUNNING) {
      log.skipTo(inner);
    }
  }

  private void outcome(long proposer, long ticket, Outcome outcome) {
    if (outcome instanceof Aborted aborted) {
      contention.lost(aborted.conflict());
    }
    if (proposer == origin) {
      settle(ticket, outcome instanceof Aborted lost ? hinted(ticket, lost.conflict()) : outcome);
    }
  }

  private Aborted hinted(long ticket, Conflict conflict) {
    long beganMs = pending.deadlineMs(ticket) - timeoutMs;
    long hint = contention.hintMs(conflict, environment.nowMs() - beganMs);
    return new Aborted(conflict.withRetryAfterMs(hint));
  }

  private void settle(long ticket, Outcome outcome) {
    Consumer<Outcome> waiter = pending.remove(ticket);
    if (waiter != null) {
      waiter.accept(outcome);
    }
  }

  @Override
  public void tail(TailRequest request, long inner) {
    reads.tail(request.ticket(), inner);
  }

  @Override
  public void refuse(Submission submission, Refusal refusal) {
    settle(submission.ticket(), outcome(refusal));
  }

  @Override
  public void refuse(TailRequest request, Refusal refusal) {
    reads.forget(request.ticket());
    settle(request.ticket(), outcome(refusal));
  }

  @Override
  public void answer(long ticket, Refusal refusal) {
    settle(
        ticket,
        refusal == null
            ? new Committed(log.gtid(), log.position(), Bytes.EMPTY)
            : outcome(refusal));
  }

  private static Outcome outcome(Refusal refusal) {
    if (refusal instanceof Refusal.NotProposer not) {
      return new NotLeader(not.hint());
    } else if (refusal instanceof Refusal.Busy busy) {
      return new Overloaded(busy.retryAfterMs(), busy.limit());
    } else if (refusal instanceof Refusal.FateUnknown unknown) {
      return new Indeterminate("the leading node changed", unknown.hint());
    } else if (refusal instanceof Refusal.Invalid invalid) {
      return new Rejected(Rejection.UNSUPPORTED, invalid.reason());
    }
    return new NotLeader(null);
  }

  @Override
  public void membership(Membership effective, long inner) {
    membership = effective;
  }

  @Override
  public void halt(String reason) {
    fail(reason, null);
  }

  // ---- snapshots and checkpoints -----------------------------------------------------------

  private final class Guarded implements StateGuard.Owner {
    @Override
    public NodeId node() {
      return environment.node();
    }

    @Override
    public long storeId() {
      return environment.storeId();
    }

    @Override
    public void order(LogRecord record) {
      submit(record, outcome -> {});
    }

    @Override
    public void send(NodeId to, Bytes message) {
      environment.transport().send(to, Lane.CONTROL, ports.frame(Frame.Kind.CHECK, message));
    }

    @Override
    public void sendSnapshot(NodeId to, long inner) {
      Replica.this.sendSnapshot(to, inner);
    }

    @Override
    public void stepAside(NodeId to) {
      loglet.handOver(pending.add(outcome -> {}, environment.nowMs() + timeoutMs), to);
    }

    @Override
    public void diverged() {
      changeListeners.forEach(Runnable::run);
    }
  }

  void sendSnapshot(NodeId to, long inner) {
    if (guard.fenced()) {
      sent(to, inner, false);
    } else {
      transfer.sender().send(to, inner);
    }
  }

  @Override
  public long nextId() {
    return ids.nextLong();
  }

  @Override
  public long epoch() {
    return log.chain().active().epoch();
  }

  @Override
  public long nowMs() {
    return environment.nowMs();
  }

  @Override
  public int chunkBytes() {
    return (int) config.options().number(ReplicaParameters.SNAPSHOT_CHUNK_BYTES);
  }

  @Override
  public long applied() {
    return guard.applied();
  }

  @Override
  public long useless() {
    return guard.applied();
  }

  @Override
  public void send(NodeId to, Bytes message) {
    environment.transport().send(to, Lane.BULK, ports.frame(Frame.Kind.SNAPSHOT, message));
  }

  @Override
  public <T> void offload(Supplier<T> work, Consumer<T> then, Consumer<RuntimeException> failed) {
    offload.run(work, then, failed);
  }

  @Override
  public void withImage(long inner, ImageUser user) {
    checkpoints.withImage(inner, user);
  }

  @Override
  public void install(SnapshotStore.SnapshotId id, Consumer<Boolean> done) {
    checkpoints.install(id, done);
  }

  @Override
  public void sent(NodeId to, long inner, boolean ok) {
    if (ports.driver() != null) {
      ports.driver().offer(new Event.SnapshotSent(to, inner, ok));
    }
  }

  @Override
  public Bytes linkState(long inner) {
    return ports.driver() == null ? Bytes.EMPTY : ports.driver().protocol().linkState(inner);
  }

  @Override
  public void checkpointed(long inner) {
    loglet.checkpointed(inner);
  }

  @Override
  public void installed(long inner) {
    if (guard.fenced()) {
      guard.replaced();
      changeListeners.forEach(Runnable::run);
    }
    if (ports.driver() != null) {
      ports.driver().offer(new Event.SnapshotInstalled(inner, log.linkState()));
    }
    while (!held.isEmpty()) {
      Decided next = held.removeFirst();
      if (next.payload() == null) {
        decided(next.inner());
      } else {
        deliver(next.inner(), next.payload());
      }
    }
  }

  @Override
  public void failed(String what, RuntimeException cause) {
    fail(what + ": " + cause.getMessage(), cause);
  }
}
