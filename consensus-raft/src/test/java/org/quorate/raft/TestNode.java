package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.tck.protocol.ProtocolNode;

/** A node of a {@link TestCluster}. */
final class TestNode extends ProtocolNode<RaftLoglet> {
  private final TestCluster cluster;

  TestNode(TestCluster cluster, NodeId id, long store) {
    super(cluster, id, store);
    this.cluster = cluster;
  }

  RaftView view() {
    return latest.view();
  }

  @Override
  protected RaftLoglet open(LinkContext link) {
    return new RaftLoglet(link, cluster.rules);
  }
}
