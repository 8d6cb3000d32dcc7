package org.quorate.runtime.deploy;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;

/** What deploying needs of its node and the others. Thread-safe; only {@link #groups} may wait. */
public interface Cluster {
  /** Questions between nodes about assemblies. */
  enum Question {
    /** Which groups serve at your place, and how far are they? */
    STATE,
    /** What speaks against this assembly? */
    CHECK,
    /** The next piece of a jar. */
    FETCH
  }

  /**
   * A group on a node.
   *
   * @param serves whether it is open and knows who takes proposals
   * @param votes of each member that has one
   */
  record GroupState(GroupId group, boolean serves, long position, Map<NodeId, Integer> votes) {}

  /** This node. */
  NodeId self();

  /** All nodes, this one too. */
  Collection<NodeId> nodes();

  /** The groups of this node; waits a moment for their loops. */
  List<GroupState> groups();

  /** Asks another node; complete with null when there is no answer. */
  CompletableFuture<Bytes> ask(NodeId to, Question question, Bytes body, long timeoutMs);

  CompletableFuture<Outcome> propose(GroupId group, Proposal proposal);

  CompletableFuture<ReadOutcome> read(GroupId group, Bytes query, ReadLevel level);

  /** Makes a group of key-values on all nodes, unless it is there. */
  CompletableFuture<Void> create(GroupId group);

  /** Writes the state of a group to its storage, so that it opens soon. */
  CompletableFuture<Void> checkpoint(GroupId group);

  /** Runs what blocks. */
  Executor workers();

  /** How long a node may take for its turn, in milliseconds. */
  long turnMs();

  void publish(String event, Map<String, String> details);
}
