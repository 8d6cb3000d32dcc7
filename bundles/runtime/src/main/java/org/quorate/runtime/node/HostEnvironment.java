package org.quorate.runtime.node;

import java.util.Map;
import java.util.concurrent.Executor;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.client.net.Loop;
import org.quorate.core.replica.CheckpointBudget;
import org.quorate.core.replica.ReplicaEnvironment;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.transport.Transport;

/** What the replica gets from this process. */
final class HostEnvironment implements ReplicaEnvironment {
  private final GroupId group;
  private final GroupHost.Node node;
  private final Loop loop;
  private final Map<String, ConsensusStrategy> strategies;
  private final long storeId;
  private final long incarnation;
  private final Transport transport;

  /**
   * @param strategies takes those that the replica asked for
   */
  HostEnvironment(
      GroupId group,
      GroupHost.Node node,
      Loop loop,
      Map<String, ConsensusStrategy> strategies,
      long storeId,
      long incarnation) {
    this.group = group;
    this.node = node;
    this.loop = loop;
    this.strategies = strategies;
    this.storeId = storeId;
    this.incarnation = incarnation;
    this.transport = node.transport(group);
  }

  @Override
  public NodeId node() {
    return node.id();
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
  public ConsensusStrategy strategy(String name) {
    ConsensusStrategy found = node.services().strategy(name);
    if (found == null) {
      return null;
    }
    strategies.put(name, found);
    return new SoundStrategy(found);
  }

  @Override
  public Executor loop() {
    return loop;
  }

  @Override
  public Executor workers() {
    return node.workers();
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public CheckpointBudget checkpointBudget() {
    return node.checkpointBudget();
  }

  @Override
  public long nowMs() {
    return GroupHost.nowMs();
  }

  @Override
  public long seed() {
    return storeId * 31 + incarnation * 0x9e3779b97f4a7c15L + group.hashCode();
  }

  @Override
  public void failed(String reason, Throwable cause) {
    node.broken(reason, cause);
  }
}
