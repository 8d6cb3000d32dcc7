package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.certify.CertifyMessage.Payloads;

/** What the sequencer has no room for is ordered all the same, only later. */
class FullPoolTest {
  private static final String[] NAMES = {"a", "b", "c", "d", "e"};

  private TestCluster cluster;
  private TestNode sequencer;
  private List<TestNode> origins;

  private void start(int nodes, int poolBytes) {
    cluster = new TestCluster(1);
    cluster.chatty = false;
    cluster.options.put("certify.pool.bytes", Integer.toString(poolBytes));
    cluster.options.put("certify.pending.bytes", "4096");
    cluster.options.put("certify.remove.dead.ms", "2000");
    cluster.begin(Arrays.copyOf(NAMES, nodes));
    sequencer = cluster.elect();
    cluster.run(500);
    origins = cluster.nodes.values().stream().filter(n -> n != sequencer).toList();
  }

  /** The first of each is lost, and all that follow it fill the pool. */
  private void gapThenMore(int nodes) {
    start(nodes, 8192);
    for (TestNode origin : origins) {
      cluster.network.cut(origin.id, sequencer.id);
      cluster.propose(origin, origin.id + " first " + "x".repeat(500));
    }
    while (cluster.deliver(sent -> sent.message() instanceof Payloads)) {
      // to everyone but the sequencer
    }
    cluster.network.heal();
    int submitted = origins.size();
    for (int i = 0; i < 6; i++) {
      for (TestNode origin : origins) {
        cluster.propose(origin, origin.id + " " + i + " " + "x".repeat(500));
        submitted++;
      }
    }
    cluster.run(5_000);
    assertEquals(submitted, cluster.decided.size());
    assertEquals(submitted, sequencer.state.size());
  }

  @Test
  void ofFour() {
    gapThenMore(4);
  }

  @Test
  void ofFive() {
    gapThenMore(5);
  }

  @Test
  void onePayloadMayBeLargerThanThePool() {
    start(3, 1024);
    for (int i = 0; i < 3; i++) {
      cluster.propose(origins.get(0), i + " " + "x".repeat(1200));
      cluster.propose(origins.get(1), "small " + i);
    }
    cluster.run(2_000);
    assertEquals(6, cluster.decided.size());
    assertEquals(6, sequencer.state.size());
  }

  private List<String> pools() {
    return cluster.nodes.values().stream()
        .filter(n -> n != origins.get(0))
        .map(n -> n.loglet.status().details().get("pool.bytes"))
        .toList();
  }

  @Test
  void whoWasRemovedLeavesNothing() {
    start(4, 8192);
    TestNode gone = origins.get(0);
    cluster.network.cut(gone.id, sequencer.id);
    cluster.propose(gone, "lost on its way to the sequencer");
    while (cluster.deliver(sent -> sent.message() instanceof Payloads)) {
      // to everyone but the sequencer
    }
    assertEquals(List.of("0", "32", "32"), pools().stream().sorted().toList());
    for (TestNode node : cluster.nodes.values()) {
      cluster.network.cut(gone.id, node.id);
      cluster.network.cut(node.id, gone.id);
    }
    cluster.run(5_000);
    assertEquals(List.of("0", "0", "0"), pools());
  }
}
