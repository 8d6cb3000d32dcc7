package org.quorate.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A group elects and replicates. */
class FirstLightTest {
  @Test
  void threeNodesElectAndReplicate() {
    TestCluster cluster = TestCluster.of(1, "a", "b", "c");
    TestNode leader = cluster.elect();
    cluster.propose(leader, "x", "y");
    cluster.run(300);
    for (TestNode n : cluster.nodes.values()) {
      assertEquals(List.of("x", "y"), List.copyOf(n.state.values()), () -> n.id.name());
    }
  }

  @Test
  void oneNodeLeadsAtOnce() {
    TestCluster cluster = TestCluster.of(1, "a");
    TestNode a = cluster.node("a");
    a.tick(25);
    assertTrue(a.view().leads());
    cluster.propose(a, "x");
    assertEquals(List.of("x"), List.copyOf(a.state.values()));
  }
}
