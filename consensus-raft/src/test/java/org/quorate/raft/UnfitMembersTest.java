package org.quorate.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** Who is no member gets nothing any more, so a read that waits there for a version waits in vain. */
class UnfitMembersTest {
  @Test
  void whoIsNoMemberSaysSo() {
    TestCluster cluster = new TestCluster(1);
    for (String name : new String[] {"a", "b", "c", "d"}) {
      cluster.add(name);
    }
    cluster.genesis("a", "b", "c");
    cluster.nodes.values().forEach(TestNode::start);
    cluster.elect();
    for (TestNode node : cluster.nodes.values()) {
      String unfit = node.loglet.status().unfit();
      if (node.id.name().equals("d")) {
        assertEquals("d's store is no member: ask another node", unfit);
      } else {
        assertNull(unfit, node.id.name());
      }
    }
  }
}
