package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.tck.protocol.ProtocolNode;

/** A node of a {@link TestCluster}. */
final class TestNode extends ProtocolNode<CertifyLoglet> {
  private final TestCluster cluster;

  TestNode(TestCluster cluster, NodeId id, long store) {
    super(cluster, id, store);
    this.cluster = cluster;
  }

  CertifyView view() {
    return latest.view();
  }

  @Override
  protected CertifyLoglet open(LinkContext link) {
    return new CertifyLoglet(link, cluster.rules);
  }
}
