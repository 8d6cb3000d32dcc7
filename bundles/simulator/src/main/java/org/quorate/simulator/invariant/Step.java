package org.quorate.simulator.invariant;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;

/** What happened in one step of a simulation: the new facts, for invariants to fold in. */
public final class Step {
  /** Looks at disks. */
  public interface Holder {
    boolean holds(NodeId node, Delivered what, boolean atIndex);
  }

  /**
   * A link handed a payload to the virtual log.
   *
   * @param planId of the link
   * @param members who belonged to it in the eyes of the node
   * @param before who did before, if this is below the change to {@code members}; else null
   */
  public record Delivered(
      NodeId node,
      long incarnation,
      long epoch,
      long planId,
      long inner,
      Bytes payload,
      Membership members,
      Membership before) {}

  /**
   * A replica executed a command, or ended a lease ({@code command} null, {@code session} the lease).
   *
   * @param timeMs ordered time
   */
  public record Executed(
      NodeId node,
      long incarnation,
      long version,
      long session,
      Bytes command,
      long timeMs,
      long stateHash) {}

  /** A client got the answer that its command is committed. */
  public record Acknowledged(
      int client, NodeId node, long session, long version, long position, Bytes command) {}

  /**
   * What a replica says of itself, taken now and then.
   *
   * @param planId of the link that it delivers from
   * @param inner how far it is in that link
   * @param firstPosition of that link
   * @param sealed the plan of the link before, -1 if there is none that is not retired
   * @param sealInner where that one ends
   */
  public record Looked(
      NodeId node,
      long incarnation,
      long planId,
      long inner,
      long firstPosition,
      long sealed,
      long sealInner,
      long position,
      long version,
      String stateHash,
      long pending,
      long dirtyBytes) {}

  /** A snapshot is complete on a disk. */
  public record Kept(NodeId node, SnapshotId id, Bytes content) {}

  /** A process ended by itself or was refused its data. */
  public record Stopped(NodeId node, String why, boolean corruptionNamed) {}

  /** A store left the members by a decision: it is released from what it promised, and may be gone. */
  public record Removed(NodeId node, long storeId) {}

  private final List<Delivered> delivered = new ArrayList<>();
  private final List<Executed> executed = new ArrayList<>();
  private final List<Acknowledged> acknowledged = new ArrayList<>();
  private final List<Looked> looked = new ArrayList<>();
  private final List<Stopped> stopped = new ArrayList<>();
  private final List<Removed> removed = new ArrayList<>();
  private final List<Kept> kept = new ArrayList<>();
  private final List<String> wroteAfterCorruption = new ArrayList<>();
  private final Holder holder;

  /**
   * A step.
   *
   * @param holder whether a node's disk holds what was delivered, synced
   */
  public Step(Holder holder) {
    this.holder = holder;
  }

  /** Whether nothing that an invariant looks at has happened. */
  public boolean isEmpty() {
    return delivered.isEmpty()
        && executed.isEmpty()
        && acknowledged.isEmpty()
        && looked.isEmpty()
        && stopped.isEmpty()
        && removed.isEmpty()
        && kept.isEmpty()
        && wroteAfterCorruption.isEmpty();
  }

  /** Forgets the facts: the next step begins. */
  public void clear() {
    delivered.clear();
    executed.clear();
    acknowledged.clear();
    looked.clear();
    stopped.clear();
    removed.clear();
    kept.clear();
    wroteAfterCorruption.clear();
  }

  /** Adds a fact. */
  public void add(Delivered fact) {
    delivered.add(fact);
  }

  /** Adds a fact. */
  public void add(Executed fact) {
    executed.add(fact);
  }

  /** Adds a fact. */
  public void add(Acknowledged fact) {
    acknowledged.add(fact);
  }

  /** Adds a fact. */
  public void add(Looked fact) {
    looked.add(fact);
  }

  /** Adds a fact. */
  public void add(Stopped fact) {
    stopped.add(fact);
  }

  /** Adds a fact. */
  public void add(Removed fact) {
    removed.add(fact);
  }

  /** Adds a fact. */
  public void add(Kept fact) {
    kept.add(fact);
  }

  /** A process that had been told of a corrupt record wrote to this file. */
  public void addWriteAfterCorruption(String file) {
    wroteAfterCorruption.add(file);
  }

  public List<Delivered> delivered() {
    return delivered;
  }

  public List<Executed> executed() {
    return executed;
  }

  public List<Acknowledged> acknowledged() {
    return acknowledged;
  }

  public List<Looked> looked() {
    return looked;
  }

  public List<Kept> kept() {
    return kept;
  }

  public List<Stopped> stopped() {
    return stopped;
  }

  public List<Removed> removed() {
    return removed;
  }

  public List<String> wroteAfterCorruption() {
    return wroteAfterCorruption;
  }

  /**
   * Whether a node's disk holds what was delivered, synced.
   *
   * @param atIndex looks at the record of the same index only, which is where most strategies have it
   */
  public boolean holds(NodeId node, Delivered what, boolean atIndex) {
    return holder.holds(node, what, atIndex);
  }
}
