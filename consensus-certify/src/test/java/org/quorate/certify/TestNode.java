package org.quorate.certify;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.transport.Lane;
import org.quorate.tck.protocol.ProtocolNode;
import org.quorate.tck.protocol.TestLink;

/** A node of a {@link TestCluster}. */
final class TestNode extends ProtocolNode<CertifyLoglet> {
  private final TestCluster cluster;
  private long seeds;

  TestNode(TestCluster cluster, NodeId id, long store) {
    super(id, store);
    this.cluster = cluster;
    this.seeds = id.name().charAt(0) * 1000L;
  }

  CertifyView view() {
    return latest.view();
  }

  @Override
  protected CertifyLoglet open(Recovered found) {
    Member self =
        new Member(id, store, cluster.genesis.find(id).map(Member::role).orElse(Role.LEARNER));
    long seed = cluster.seed * 1_000_003 + seeds++;
    return new CertifyLoglet(
        new TestLink(self, cluster.genesis, cluster.options, seed, found, this), cluster.rules);
  }

  @Override
  protected void sent(NodeId to, Lane lane, Message message) {
    cluster.network.add(id, to, lane, message);
  }

  @Override
  protected void stepped() {
    cluster.stepped();
  }

  @Override
  protected void say(String line) {
    cluster.say(line);
  }

  @Override
  protected void snapshotWanted(NodeId to) {
    cluster.snapshotsWanted.add(new NodeId[] {id, to});
  }

  @Override
  protected void delivered(long inner, Bytes payload) {
    cluster.delivered(this, inner, payload);
  }

  @Override
  public void tail(TailRequest request, long inner) {
    say(id + " read " + request.ticket() + " at " + inner);
    cluster.onTail.accept(request, inner);
  }

  @Override
  public void membership(Membership effective, long inner) {
    cluster.membership(this, effective, inner);
  }
}
