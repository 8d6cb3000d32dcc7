package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogRecord;
import org.quorate.core.log.SavedLog;
import org.quorate.core.log.VirtualLog;
import org.quorate.core.session.Session;
import org.quorate.core.storage.StorageMove;
import org.quorate.spi.consensus.Event;
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
public final class Replica implements AutoCloseable {
  private final ReplicaConfig config;
  private final ReplicaParts parts;
  private boolean started;

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
      ReplicaConfig known = config.adopt(SavedLog.of(state));
      ReplicaParts parts = new ReplicaParts(known, environment, logs, state, snapshots, machine);
      opened.add(parts.links.open()::close);
      parts.links.openAll();
      parts.status.announce();
      return new Replica(known, parts);
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

  private Replica(ReplicaConfig config, ReplicaParts parts) {
    this.config = config;
    this.parts = parts;
  }

  /** Begins to take part. */
  public void start() {
    started = true;
    parts.links.start();
    parts.tick();
  }

  // ---- callers -----------------------------------------------------------------------------

  /**
   * Opens a session; the result of {@code Committed} is its id in 8 bytes. {@code Rejected} as
   * MALFORMED if the TTL is out of its range, {@code Overloaded} while the group has too many.
   *
   * @param ttlMs {@link Session#MIN_TTL_MS} to {@link Session#MAX_TTL_MS}
   */
  public void openSession(long ttlMs, Consumer<Outcome> done) {
    parts.callers.openSession(ttlMs, done);
  }

  /** Renews sessions; the result of {@code Committed} lists those that are gone (8 bytes each). */
  public void keepAlive(List<Long> sessions, Consumer<Outcome> done) {
    parts.callers.submit(new LogRecord.KeepAlive(List.copyOf(sessions)), done);
  }

  public void closeSession(long session, Consumer<Outcome> done) {
    parts.callers.submit(new LogRecord.CloseSession(session), done);
  }

  /** The client of a session is gone, as far as is known: nobody waits for its turns any more. */
  public void clientGone(long session) {
    parts.callers.gone(session);
  }

  /** Orders and executes a command; answered once. */
  public void propose(Proposal proposal, Consumer<Outcome> done) {
    parts.callers.propose(proposal, done);
  }

  /** Answers a query from the state; answered once. */
  public void read(Bytes query, ReadLevel level, Consumer<ReadOutcome> done) {
    parts.callers.read(query, level, done);
  }

  /** Changes the membership; {@code Committed} when it is decided. */
  public void configure(Membership next, Consumer<Outcome> done) {
    configure(next, null, done);
  }

  /**
   * Changes the membership; {@code Committed} when it is decided.
   *
   * @param donor who should give the member that is new its first snapshot; null for anyone
   */
  public void configure(Membership next, NodeId donor, Consumer<Outcome> done) {
    parts.reconfiguration.configure(next, donor, done);
  }

  /** Makes another member the leading one, on strategies that have one. */
  public void handOver(NodeId to, Consumer<Outcome> done) {
    parts.reconfiguration.handOver(to, done);
  }

  /**
   * Plans to go on with another strategy, or with the same one on a new link. {@code Committed} when
   * the plan is decided, its number in 8 bytes as the result: from then on the members carry it out
   * by themselves, or give it up. {@code Overloaded} while another swap is under way.
   */
  public void swap(SwapRequest request, Consumer<Outcome> done) {
    parts.reconfiguration.swap(request, done);
  }

  /** Why this node cannot take part in such a swap, or null. */
  public String objection(SwapRequest request) {
    return parts.reconfiguration.objection(request);
  }

  /** Gives the swap up that is under way, unless its seal is decided first. */
  public void abortSwap(Consumer<Outcome> done) {
    parts.reconfiguration.abortSwap(done);
  }

  /** The strategies of the links that this replica holds open or should, the active one's too. */
  public List<String> strategies() {
    return parts.log.chain().live().stream().map(Chain.Link::strategy).distinct().toList();
  }

  // ---- the process -------------------------------------------------------------------------

  /**
   * Moves time on; about every 20 to 50 ms.
   *
   * @return whether something goes on; a replica that is idle can do with a tick every 100 ms
   */
  public boolean tick() {
    return parts.tick();
  }

  /** A frame that another replica of the group sent; a malformed one is counted and dropped. */
  public void receive(NodeId from, Lane lane, Bytes encoded) {
    if (started && !parts.condition.over()) {
      parts.inbox.receive(from, encoded);
    }
  }

  /** The connection to a peer was lost and made again. */
  public void peerReset(NodeId peer) {
    if (!parts.condition.over()) {
      parts.links.open().offer(new Event.PeerReset(peer));
    }
  }

  /** A peer says that its loop of this group is busy: see {@link BusyLoop}. */
  public void peerBusy(NodeId peer) {
    if (!parts.condition.over()) {
      parts.links.open().offer(new Event.PeerBusy(peer));
    }
  }

  /** Called when role, hint, membership, state or chain have changed. */
  public void onChange(Runnable listener) {
    parts.onChange(listener);
  }

  /** Called after a turn in which the version has advanced. */
  public void onApplied(LongConsumer listener) {
    parts.onApplied(listener);
  }

  public long appliedVersion() {
    return parts.log.version();
  }

  /** Counters, positions and chain, for status and invariants. */
  public VirtualLog log() {
    return parts.log;
  }

  /** The swaps of the group that are under way or remembered, the oldest first. */
  public List<SwapStep> swaps() {
    return parts.swapClock.steps();
  }

  /** The active link's pure protocol, or null if there is none. */
  public PureLoglet protocol() {
    return parts.links.open().active() == null ? null : parts.links.open().active().protocol();
  }

  /** What the active link says of itself now. */
  public LinkStatus link() {
    return parts.status.link();
  }

  /**
   * The membership in force, if it is known to be decided; null while it is not: it may yet be cut
   * off the log.
   */
  public Membership decidedMembership() {
    return parts.status.decidedMembership();
  }

  /** Frames that did not decode. */
  public long malformedFrames() {
    return parts.inbox.malformed();
  }

  /** Frames of another history of the group. */
  public long foreignFrames() {
    return parts.inbox.foreign();
  }

  /** How far this replica's log is, so that members can be compared; see {@code PureLoglet.logRank}. */
  public Bytes logRank() {
    PureLoglet protocol = protocol();
    Bytes epoch = Bytes.ofLong(log().chain().active().epoch());
    return protocol == null ? epoch : epoch.concat(protocol.logRank());
  }

  /** Bytes of state that are in memory and in the log only. */
  public long dirtyBytes() {
    return parts.store.dirtyBytes();
  }

  /**
   * True while a snapshot replaces the state: what is decided waits, reads wait, and the status has
   * no state hash.
   */
  public boolean installing() {
    return parts.callers.installing();
  }

  /** Proposals and reads under way. */
  public int pending() {
    return parts.callers.size();
  }

  /** Sessions open. */
  public int sessions() {
    return parts.log.sessions().size();
  }

  /** Checkpoints written since it was opened. */
  public long checkpoints() {
    return parts.checkpoints.completed();
  }

  /** Milliseconds that those took. */
  public long checkpointMs() {
    return parts.checkpoints.tookMs();
  }

  public ReplicaConfig config() {
    return config;
  }

  public GroupStatus status() {
    return parts.status.group();
  }

  /** Asks for a checkpoint now; {@code then} runs when it, or one under way, has ended. */
  public void checkpoint(Runnable then) {
    parts.checkpoints.request();
    parts.checkpoints.whenIdle(then);
  }

  /** What a move of this replica to other storages needs of it. */
  public StorageMove.Host storageHost() {
    return parts.storageHost();
  }

  /**
   * Stops at once; what is only in memory is in the log. Blocks for writes under way. Who wants to
   * open the stores again waits for {@link #released}.
   */
  @Override
  public void close() {
    parts.close();
  }

  /**
   * Complete when the replica is closed and no worker is at its stores any more: one may just have
   * opened a link. From any thread; completes on any.
   */
  public CompletionStage<Void> released() {
    return parts.released();
  }
}
