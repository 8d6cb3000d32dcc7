package org.quorate.certify;

import java.util.HashMap;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.tck.protocol.ProtocolCluster;
import org.quorate.tck.protocol.ProtocolNode;

/** Nodes of certify, which may go by other rules. */
final class TestCluster extends ProtocolCluster<TestNode> {
  private final Map<String, Long> slots = new HashMap<>(); // a payload is delivered at one slot
  Rules rules = Rules.SOUND;

  TestCluster(long seed) {
    super(seed, new CertifyStrategy(), new Words());
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
    return node.view().sequences();
  }

  @Override
  protected boolean later(TestNode leader, TestNode than) {
    return leader.view().view().compareTo(than.view().view()) > 0;
  }

  @Override
  protected String position() {
    return "slot";
  }

  @Override
  protected void delivered(ProtocolNode<?> node, long inner, Bytes payload) {
    super.delivered(node, inner, payload);
    Long slot = slots.putIfAbsent(payload.utf8(), inner);
    if (slot != null && slot != inner && !payload.utf8().equals("seal")) {
      throw new AssertionError(
          node.id + " delivers " + payload.utf8() + " at " + inner + " and at " + slot);
    }
  }
}
