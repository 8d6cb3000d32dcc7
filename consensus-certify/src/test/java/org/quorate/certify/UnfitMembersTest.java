package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.TailRequest;

/** Who is cut off, set aside or without data answers no read that promises anything, and says why. */
class UnfitMembersTest {
  private static TestCluster cluster(String... members) {
    TestCluster cluster = new TestCluster(3);
    for (String word : members) {
      cluster.add(word.split("[*=]")[0]);
    }
    cluster.genesis(members);
    cluster.options.put("certify.lag.slots", "64");
    cluster.nodes.values().forEach(TestNode::start);
    cluster.elect();
    cluster.run(300);
    cluster.said.clear();
    return cluster;
  }

  private static void isolate(TestCluster cluster, TestNode node) {
    for (TestNode other : cluster.nodes.values()) {
      if (other != node) {
        cluster.network.cut(node.id, other.id);
        cluster.network.cut(other.id, node.id);
      }
    }
  }

  private static String unfit(TestNode node) {
    return node.loglet.status().unfit();
  }

  private static List<String> read(TestCluster cluster, TestNode node) {
    cluster.said.clear();
    node.step(new Event.ReadTail(new TailRequest(77)));
    cluster.settle();
    return cluster.said.stream().filter(s -> s.contains("read 77")).toList();
  }

  private static void refused(TestCluster cluster, TestNode node, String state) {
    assertTrue(unfit(node).contains(state), unfit(node));
    List<String> said = read(cluster, node);
    assertEquals(1, said.size(), said.toString());
    assertTrue(said.get(0).contains("refuses read 77") && said.get(0).contains(state), said.get(0));
  }

  @Test
  void whoIsCutOffSaysSoAndIsBackByItself() {
    TestCluster cluster = cluster("a", "b", "c");
    TestNode c = cluster.node("c");
    assertNull(unfit(c));
    assertEquals(1, read(cluster, c).size());
    isolate(cluster, c);
    cluster.run(1000);
    refused(cluster, c, "OPEN");
    assertNull(c.loglet.status().hint(), "nobody is known to be reached");
    cluster.propose(c, "late");
    assertTrue(cluster.said.stream().anyMatch(s -> s.contains("refuses") && s.contains("OPEN")));
    cluster.network.heal();
    cluster.run(1000);
    assertNull(unfit(c));
    assertTrue(read(cluster, c).get(0).startsWith("c read 77 at"));
  }

  /** What waits when the node is cut off is refused, not kept until it is in time again. */
  @Test
  void aReadThatWaitsIsRefusedWhenTheNodeIsCutOff() {
    TestCluster cluster = cluster("a", "b", "c");
    TestNode c = cluster.node("c");
    isolate(cluster, c);
    cluster.said.clear();
    c.step(new Event.ReadTail(new TailRequest(78)));
    cluster.run(1000);
    List<String> said = cluster.said.stream().filter(s -> s.contains("read 78")).toList();
    assertEquals(1, said.size());
    assertTrue(said.get(0).contains("OPEN"), said.get(0));
  }

  @Test
  void whoIsSetAsideNamesTheSequencer() {
    TestCluster cluster = cluster("a", "b", "c");
    TestNode leader = cluster.leader();
    TestNode slow = cluster.node(leader.id.name().equals("c") ? "b" : "c");
    TestNode origin = cluster.nodes.values().stream().filter(n -> n != slow).findFirst().get();
    isolate(cluster, slow);
    for (int i = 0; i < 20; i++) {
      for (int j = 0; j < 10; j++) {
        cluster.propose(origin, "p" + i + "." + j);
      }
      cluster.run(100);
    }
    cluster.network.heal();
    // It hears the sequencer and gets the record that sets it aside, but is not told back yet.
    leader.step(new Event.PeerReset(slow.id));
    boolean seen = false;
    for (int i = 0; i < 200 && !seen; i++) {
      cluster.run(25);
      seen = unfit(slow) != null && unfit(slow).contains("LAGGING");
    }
    assertTrue(seen, "it never found itself set aside");
    refused(cluster, slow, "LAGGING");
    assertEquals(leader.id, slow.loglet.status().hint());
    cluster.run(2000);
    assertNull(unfit(slow));
  }

  @Test
  void aWitnessSendsReadersElsewhere() {
    TestCluster cluster = cluster("a", "b", "c=witness");
    refused(cluster, cluster.node("c"), "witness");
    assertNull(unfit(cluster.node("a")));
  }
}
