package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Payloads go out from where they were submitted: the sequencer sends little but order. */
class SequencerIsSparedTest {
  private static final int PAYLOADS = 100;
  private static final int BYTES = 1000;

  @Test
  void theSequencerSendsLessThanATenthOfThePayloadBytesOfOthers() {
    TestCluster cluster = TestCluster.of(1, "a", "b", "c");
    cluster.chatty = false;
    TestNode sequencer = cluster.elect();
    cluster.network.sentBytes.clear();
    int others = 0;
    for (int i = 0; i < PAYLOADS; i++) {
      for (TestNode origin : cluster.nodes.values()) {
        if (origin != sequencer) {
          cluster.propose(origin, origin.id + "-" + i + "-" + "x".repeat(BYTES));
          others++;
        }
      }
      cluster.run(25);
    }
    assertEquals(others, sequencer.state.size());
    long payload = (long) others * BYTES;
    long sent = cluster.network.sentBytes.get(sequencer.id);
    System.out.println(
        "of " + payload + " payload bytes of others the sequencer sent, all told, " + sent);
    assertTrue(sent * 10 < payload, sent + " of " + payload);
  }

  @Test
  void itsOwnPayloadsTravelWithTheirOrder() {
    TestCluster cluster = TestCluster.of(1, "a", "b", "c");
    TestNode sequencer = cluster.elect();
    cluster.settle();
    cluster.propose(sequencer, "one");
    assertEquals(
        2,
        cluster.network.queue.stream()
            .filter(s -> s.from().equals(sequencer.id))
            .filter(
                s ->
                    s.message() instanceof CertifyMessage.Order o
                        && o.entries().get(0).body() != null)
            .count());
    assertTrue(
        cluster.network.queue.stream()
            .noneMatch(s -> s.message() instanceof CertifyMessage.Payloads));
  }

  /** Nothing waits for the sequencer's own disk, and nothing for a member that is slow. */
  @Test
  void twoDisksOfThreeAreEnough() {
    TestCluster cluster = TestCluster.of(1, "a", "b", "c");
    TestNode sequencer = cluster.elect();
    cluster.settle();
    sequencer.autoDisk = false;
    TestNode origin = cluster.nodes.values().stream().filter(n -> n != sequencer).findFirst().get();
    cluster.propose(origin, "one");
    cluster.settle();
    assertTrue(origin.state.containsValue("one"));
    assertTrue(sequencer.state.containsValue("one"));
  }
}
