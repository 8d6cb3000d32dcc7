package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.tck.protocol.ProtocolCluster;

/** Nodes of raft, which may go by other rules. */
final class TestCluster extends ProtocolCluster<TestNode> {
  Rules rules = Rules.SOUND;

  TestCluster(long seed) {
    super(seed, new RaftStrategy(), new Words());
  }

  static TestCluster of(long seed, String... names) {
    TestCluster cluster = new TestCluster(seed);
    cluster.begin(names);
    return cluster;
  }

  @Override
  protected TestNode node(NodeId id, long store) {
    return new TestNode(this, id, store);
  }

  @Override
  protected boolean leads(TestNode node) {
    return node.view().leads();
  }

  @Override
  protected boolean later(TestNode leader, TestNode than) {
    return leader.view().term() > than.view().term();
  }

  @Override
  protected String position() {
    return "entry";
  }
}
