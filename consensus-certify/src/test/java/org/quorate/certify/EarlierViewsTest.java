package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.tck.protocol.ProtocolNetwork;

/**
 * The schedule of figure 8 of the Raft paper, with views: a slot of an earlier view that a quorum has
 * may still give way to a later view's slot that nobody of the quorum has seen. So counting finds
 * stable only what the view itself ordered; what is before it is stable with it.
 */
class EarlierViewsTest {
  private final TestCluster cluster = new TestCluster(11);
  private final String old = "x".repeat(2000); // fills a message, so that the next slot has its own

  private void play(Rules rules) {
    cluster.rules = rules;
    cluster.options.put("certify.batch.bytes", "1024");
    for (String name : List.of("a", "b", "c")) {
      cluster.add(name);
    }
    cluster.genesis("a", "b", "c");
    cluster.nodes.values().forEach(TestNode::start);
    TestNode a = cluster.node("a");
    TestNode b = cluster.node("b");
    TestNode c = cluster.node("c");
    // View 1: a orders the old slot and dies before anyone hears of it.
    lead(a);
    cluster.run(100);
    demand(c.view().stable() == 1, "view 1 is everywhere");
    cluster.propose(a, old);
    dies(a);
    // View 2: b orders its first slot in the same place and dies before anyone hears of it.
    c.tick(700);
    cluster.network.queue.clear();
    lead(b);
    dies(b);
    // View 3: a takes its own log over. c gets the old slot, and not yet the view's first one.
    a.start();
    lead(a);
    for (int i = 0; i < 1000 && deliverable(c); i++) {
      cluster.deliver(s -> !(s.message() instanceof CertifyMessage.Order o) || last(o) < 3);
    }
    demand(c.loglet.status().last() == 2, "c has the old slot");
    demand(a.loglet.status().last() == 3, "a has its view's first slot");
    dies(a);
    c.tick(700);
    cluster.network.queue.clear();
    // View 4: b's log ends in a later view than c's. The old slot gives way.
    b.start();
    lead(b);
    cluster.run(100);
    cluster.propose(b, "new");
    a.start();
    cluster.run(2000);
  }

  private static long last(CertifyMessage.Order order) {
    return order.prevSlot() + order.entries().size();
  }

  private boolean deliverable(TestNode c) {
    return cluster.network.queue.stream()
        .anyMatch(s -> !(s.message() instanceof CertifyMessage.Order o) || last(o) < 3);
  }

  /** Time passes for this node alone until it begins a view; what it says then is on the way. */
  private void lead(TestNode node) {
    for (int i = 0; i < 200 && !node.view().sequences(); i++) {
      node.tick(50);
      boolean more = true;
      while (more && !node.view().sequences()) {
        more = cluster.deliver(s -> true);
      }
    }
    demand(node.view().sequences(), node.id + " leads");
  }

  private void dies(TestNode node) {
    node.crash(0);
    cluster.network.queue.clear();
  }

  private static void demand(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("the schedule is not what it should be: " + what);
    }
  }

  @Test
  void aSlotOfAnEarlierViewIsNotStableByCounting() {
    play(Rules.SOUND);
    for (TestNode node : cluster.nodes.values()) {
      assertEquals(List.of("new"), List.copyOf(node.state.values()), node.id.name());
    }
  }

  @Test
  void whoCountsItDeliversWhatIsTakenBack() {
    assertThrows(AssertionError.class, () -> play(new Mutants.CountsEarlierViews()));
    assertTrue(cluster.decided.containsValue(old));
  }

  // ---- a log that begins behind what the proposer knows to be stable -----------------------

  /**
   * The proposer holds a slot of a view that came to nothing. Of a member that has compacted its log
   * beyond that slot it is told where that log begins, and that all before is stable: which does not
   * make its own slot stable.
   */
  @Test
  void aCompactedLogDoesNotMakeAnotherOneStable() {
    cluster.options.put("certify.batch.bytes", "1024");
    cluster.options.put("certify.log.retain.bytes", "0");
    cluster.begin("a", "b", "c", "d", "e");
    TestNode a = cluster.node("a");
    TestNode b = cluster.node("b");
    TestNode e = cluster.node("e");
    // View 1: a orders the old slot and dies before anyone hears of it.
    lead(a);
    cluster.run(100);
    cluster.propose(a, old);
    dies(a);
    // View 2: b orders its first slot in the same place and dies before anyone hears of it.
    allDoubt(b);
    lead(b);
    dies(b);
    // View 3: a takes its own log over, and a quorum has it. e gets the old slot alone, and
    // compacts.
    allDoubt(a);
    a.start();
    lead(a);
    cutShort(e, a);
    demand(e.loglet.status().last() == 2 && e.view().stable() == 2, "e has the old slot, stable");
    e.checkpoint();
    demand(e.loglet.status().first() == 3, "e keeps no slot");
    dies(a);
    // View 4: b proposes; e answers first.
    allDoubt(b);
    b.start();
    for (int i = 0; i < 200 && cluster.network.queue.stream().noneMatch(this::promises); i++) {
      b.tick(50);
      while (cluster.deliver(s -> !promises(s))) {
        // until all have promised
      }
    }
    demand(cluster.deliver(s -> promises(s) && s.from().equals(e.id)), "e promises");
    assertTrue(b.view().stable() < 2, "b takes its own slot for stable");
    a.start();
    cluster.run(2000);
    cluster.propose(b, "new");
    cluster.run(500);
    for (TestNode node : cluster.nodes.values()) {
      assertEquals(List.of(old, "new"), List.copyOf(node.state.values()), node.id.name());
    }
  }

  private boolean promises(ProtocolNetwork.Sent sent) {
    return sent.message() instanceof CertifyMessage.Promise p && p.ok();
  }

  /** All but this one have heard no sequencer for so long that they help another one. */
  private void allDoubt(TestNode but) {
    for (TestNode node : cluster.nodes.values()) {
      if (node != but) {
        node.tick(700);
      }
    }
    cluster.network.queue.clear();
  }

  /** A while in which a member gets no order beyond the old slot. */
  private void cutShort(TestNode member, TestNode sequencer) {
    for (int i = 0; i < 20; i++) {
      sequencer.tick(50);
      while (cluster.deliver(s -> !beyond(s, member))) {
        // what may arrive does
      }
      cluster.network.queue.removeIf(s -> beyond(s, member));
    }
  }

  private static boolean beyond(ProtocolNetwork.Sent sent, TestNode member) {
    return sent.to().equals(member.id)
        && sent.message() instanceof CertifyMessage.Order o
        && last(o) > 2
        && (o.prevSlot() < 2 || member.loglet.status().last() == 2); // else it answers with a gap
  }
}
