package org.quorate.core.replica;

import java.util.concurrent.Executor;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.transport.Transport;

/** What a replica gets from the process it lives in: the runtime or a simulation. */
public interface ReplicaEnvironment {
  NodeId node();

  /** The strategy of this name, or null if it is not installed now. From any thread. */
  ConsensusStrategy strategy(String name);

  /** Identity of this node's formatted store. */
  long storeId();

  /** Rises with each start of the node, and with each replica that is opened anew in one start. */
  long incarnation();

  /** The group's loop: runs one task at a time, in order; takes tasks from any thread. */
  Executor loop();

  /** Runs what blocks: checkpoints, snapshots, lengthy queries; several at once. */
  Executor workers();

  Transport transport();

  /** What the groups of the node share. */
  CheckpointBudget checkpointBudget();

  /** Monotonic milliseconds from an arbitrary start. */
  long nowMs();

  /** For random choices and identities; differs per node and {@link #incarnation}. */
  long seed();

  /** The storage broke or the log contradicts itself: this process must not go on with it. */
  void failed(String why, Throwable cause);
}
