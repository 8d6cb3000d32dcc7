package org.quorate.runtime.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.spi.consensus.Role;

/**
 * Operates a node and, through it, its cluster; an OSGi service, and a field of the node elsewhere.
 * Thread-safe; never blocks. Stages fail with {@link ControlException} and complete on threads of the
 * node: do not block there. What only a leader can do is sent on to it.
 */
@ProviderType
public interface NodeControl {
  /** The group that holds what is deployed: changed by admins only. Made by the first deployment. */
  GroupId SYSTEM_GROUP = GroupId.of("system");

  /**
   * Tells once when some node has {@link #SYSTEM_GROUP}, this one or another; it is looked for until then,
   * from the first call on.
   */
  void whenSystem(Runnable found);

  /**
   * Whether nothing can be recorded in {@link #SYSTEM_GROUP}: more than half of the nodes have said, since it
   * is looked for, that they do not have it, and none that it has.
   */
  boolean isWithoutSystem();

  /** The node, its addresses, services and peers. */
  NodeStatus node();

  /** What the group was created with, empty when the node does not have it. */
  Map<String, String> options(GroupId group);

  /** The numbers of {@link NodeMetrics} at this moment. */
  CompletionStage<List<Metric.Sample>> metrics();

  /** Names of all groups on this node, in order, parked ones too. */
  List<GroupId> groupIds();

  /** All groups on this node, by name, parked ones too. */
  CompletionStage<List<GroupStatus>> groups();

  /** A group's status, empty when the node does not have it. */
  CompletionStage<Optional<GroupStatus>> group(GroupId group);

  /**
   * Proposes to a group through the node that takes its proposals, wherever that is. Completes
   * normally: {@code NotLeader} when nobody took it for some seconds, {@code Indeterminate} when the
   * answer of another node was lost.
   */
  CompletionStage<Outcome> propose(GroupId group, Proposal proposal);

  /** Reads from a group, on this node or the one that may answer; completes normally. */
  CompletionStage<ReadOutcome> read(GroupId group, Bytes query, ReadLevel level);

  /** Ends anybody's session of a group; {@code Committed} also if there is none. */
  CompletionStage<Outcome> closeSession(GroupId group, long session);

  /** Asks every member whether it can take part in a swap; changes nothing. */
  CompletionStage<SwapPlan> planSwap(SwapSpec spec);

  /**
   * Begins to swap a group's strategy, if every member can take part; complete with the swap's number
   * when its plan is decided. The members carry it out by themselves, or give it up.
   */
  CompletionStage<Long> swap(SwapSpec spec);

  /** Gives the swap of a group up, unless its seal is decided first. */
  CompletionStage<Void> abortSwap(GroupId group);

  /** Complete when the swap has ended as this node sees it: switched, done or aborted. */
  CompletionStage<SwapStatus> swapped(GroupId group, long id);

  /** The swaps of a group that this node knows of, the oldest first. */
  CompletionStage<List<SwapStatus>> swaps(GroupId group);

  /**
   * Asks every member how far its log is, before one of them is made the whole group; changes nothing.
   *
   * @param at the node that would go on
   */
  CompletionStage<BootstrapPlan> planBootstrap(GroupId group, NodeId at);

  /**
   * Makes one node the whole group, in a history of its own, since a quorum is gone for ever: it keeps
   * all that it has, and what only the others have is no part of the group any more.
   *
   * @param force although the plan has objections
   */
  CompletionStage<Void> bootstrap(GroupId group, NodeId at, boolean force);

  /**
   * Exports what a node has beyond the point where the group left its history, deletes it, and has the
   * node join the group as a learner.
   *
   * @param donor as of {@link #addMember}
   */
  CompletionStage<ReseedReport> reseed(GroupId group, NodeId at, NodeId donor);

  /** Has a node join anew with state from anyone. */
  default CompletionStage<ReseedReport> reseed(GroupId group, NodeId at) {
    return reseed(group, at, null);
  }

  /**
   * Complete when this node's replica of a group may have applied more than a version, at the latest
   * after so many milliseconds; a node without a replica cannot tell and answers within a second.
   */
  CompletionStage<Void> applied(GroupId group, long version, long waitMs);

  /** Asks every replica that is to move to other storages; changes nothing. */
  CompletionStage<List<StorageStatus>> planStorage(StorageSpec spec);

  /**
   * Moves replicas to other storages while they serve, one after the other, if all of them can.
   * Complete, with where every member keeps its replica, when all have moved; fails when one could
   * not: those before it have moved.
   */
  CompletionStage<List<StorageStatus>> moveStorage(StorageSpec spec);

  /** Where every member keeps its replica, and its last move. */
  CompletionStage<List<StorageStatus>> storages(GroupId group);

  /** Why a group does or does not serve on this node, and what to do. */
  CompletionStage<List<WhyStep>> why(GroupId group);

  /**
   * The first and only act that makes the configured groups on nodes without data. Repeating it
   * changes nothing.
   *
   * @return names of the groups there are afterwards
   */
  CompletionStage<List<String>> bootstrap();

  /** Creates a group on its members; complete when all of them have it on disk. */
  CompletionStage<Void> createGroup(GroupSpec spec);

  /**
   * Adds a node to a group.
   *
   * @param member the role and weight it gets: a learner first, or a witness
   * @param peerAddress host:port of its peer port; empty when the address book has it
   * @param donor who should give it its first snapshot, on strategies with a choice; null for anyone
   */
  CompletionStage<Void> addMember(
      GroupId group, MemberSpec member, String peerAddress, NodeId donor);

  /** Adds a node that gets its state from anyone. */
  default CompletionStage<Void> addMember(GroupId group, MemberSpec member, String peerAddress) {
    return addMember(group, member, peerAddress, null);
  }

  CompletionStage<Void> removeMember(GroupId group, NodeId node);

  /** Promotes a learner or demotes a voter. */
  CompletionStage<Void> changeRole(GroupId group, NodeId node, Role role);

  /**
   * Has nobody wait for a member any more while an operator works on it, or again: a desynced one keeps
   * its votes and serves, takes no part in flow control and is not set aside however far behind it is.
   */
  CompletionStage<Void> desync(GroupId group, NodeId member, boolean on);

  /** Asks the leader to hand over to a node. */
  CompletionStage<Void> transferLeader(GroupId group, NodeId to);

  /** Writes this replica's state to its storage now, so that the log can be trimmed. */
  CompletionStage<Void> checkpoint(GroupId group);

  /** What this node and its cluster are assembled from. */
  AssemblyControl assembly();

  /** Parameters of the node with their values. */
  List<ParameterValue> parameters();

  /**
   * Changes dynamic parameters, all or none.
   *
   * @throws ControlException INVALID if one is unknown, static or out of its range
   */
  void setParameters(Map<String, String> values);

  /** Changes one dynamic parameter, as {@link #setParameters}. */
  default void setParameter(String name, String value) {
    setParameters(Map.of(name, value));
  }

  /** The configuration in force, by dotted key, for people; secrets are left out. */
  Map<String, String> configuration();

  /**
   * What a caller may do: everything, if nobody has to say who he is.
   *
   * @param credential a token, {@code name:password}, or empty
   * @return empty if it is not known; fails when too many passwords are being checked
   */
  CompletionStage<Optional<AccessRole>> authenticate(String credential);

  /** Tells of events until closed; the listener must not block. */
  AutoCloseable listen(Consumer<NodeEvent> listener);
}
