package org.quorate.api;

import java.util.List;
import java.util.Map;

/**
 * A replica's view of its group.
 *
 * @param state RUNNING, PARKED, FAILED, DIVERGED, REMOVED or FORKED
 * @param why what the state is due to and what to do; empty while RUNNING
 * @param storage where this replica keeps log and state, as {@code journal+mapdb}; one name if both
 *     are kept by storages of one name
 * @param role the strategy's word for the part this node plays (leader, follower, member …)
 * @param hint the node that takes proposals, or null while none is known
 * @param epoch number of the active link, from 1
 * @param applied last inner index applied; {@code decided} the last one known decided
 * @param stateHash hash of the logical state at {@code version}, hexadecimal
 * @param details what the strategy adds (term, …)
 */
public record GroupStatus(
    GroupId group,
    NodeId node,
    State state,
    String why,
    String strategy,
    String storage,
    String role,
    NodeId hint,
    long epoch,
    long decided,
    long applied,
    long position,
    Gtid gtid,
    String stateHash,
    List<MemberStatus> members,
    Map<String, String> details) {
  /** The same with the storages that this replica is on. */
  public GroupStatus onStorage(String names) {
    return new GroupStatus(
        group, node, state, why, strategy, names, role, hint, epoch, decided, applied, position,
        gtid, stateHash, members, details);
  }

  /** Whether the replica takes part. */
  public enum State {
    RUNNING,
    PARKED,
    FAILED,
    /** Its state was not the majority's: fenced until a snapshot has replaced it. */
    DIVERGED,
    /** The group goes on without it: closed, its data kept. */
    REMOVED,
    /** Its history has ended by a forced bootstrap elsewhere: refused until it is seeded anew. */
    FORKED
  }

  /**
   * A member as listed in the configuration in force.
   *
   * @param weight its votes
   */
  public record MemberStatus(NodeId node, String storeId, String role, int weight) {}
}
