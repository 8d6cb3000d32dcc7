package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Ack;
import org.quorate.certify.CertifyMessage.Beat;
import org.quorate.certify.CertifyMessage.Order;
import org.quorate.certify.CertifyMessage.Payloads;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Role;
import org.quorate.tck.protocol.TestLink;

/**
 * What no sound member sends, and what no sound disk returns: it is dropped or named, and never part
 * of the history.
 */
class BadInputTest {
  private static final long HOUR_MS = 3_600_000;

  private TestCluster cluster;
  private TestNode sequencer;
  private TestNode other;
  private TestNode third;

  @BeforeEach
  void start() {
    cluster = TestCluster.of(1, "a", "b", "c");
    sequencer = cluster.elect();
    cluster.run(200);
    List<TestNode> rest = new ArrayList<>(cluster.nodes.values());
    rest.remove(sequencer);
    other = rest.get(0);
    third = rest.get(1);
  }

  private void forged(NodeId from, long store, String text) {
    Payloads lie = new Payloads(store, 1, 1, List.of(Bytes.utf8(text)));
    cluster.nodes.values().forEach(n -> n.step(new Event.Received(from, lie)));
    cluster.run(500);
  }

  private void agree(String... payloads) {
    cluster.run(500);
    for (TestNode node : cluster.nodes.values()) {
      assertEquals(List.of(payloads), List.copyOf(node.state.values()), node.id.name());
    }
  }

  @Test
  void aForgedOriginIsNotOrdered() {
    forged(other.id, third.store, "in the name of the third");
    forged(NodeId.of("stranger"), 4711, "of a stranger");
    forged(other.id, 4711, "of a member under another store");
    cluster.propose(third, "its own");
    agree("its own");
  }

  @Test
  void whoIsNotTheSequencerOrdersNothingInItsName() {
    View view = sequencer.view().view();
    long last = sequencer.view().stable();
    Entry made = Entry.payload(view, other.store, 1, 1, Bytes.utf8("forged"));
    for (long claimed : new long[] {sequencer.store, other.store, third.store}) {
      third.step(
          new Event.Received(
              other.id, new Order(claimed, view, last, view, last, List.of(made), other.store)));
      third.step(
          new Event.Received(other.id, new Beat(claimed, view, last + 1, 0, 0, false, true)));
      assertEquals(last, third.loglet.status().last(), "in the name of " + claimed);
      assertEquals(sequencer.id, third.loglet.status().hint());
    }
    cluster.propose(sequencer, "its own");
    agree("its own");
  }

  @Test
  void aPayloadThatIsTooLargeIsRefusedByName() {
    cluster = new TestCluster(1);
    cluster.options.put("certify.entry.max.bytes", "64");
    cluster.begin("a", "b", "c");
    sequencer = cluster.elect();
    cluster.run(200);
    cluster.said.clear();
    cluster.propose(sequencer, "x".repeat(65));
    String said = String.join(" ", cluster.said);
    assertTrue(said.contains("65 bytes are over certify.entry.max.bytes=64"), said);
    cluster.propose(sequencer, "fits");
    agree("fits");
  }

  @Test
  void whatAnEarlierViewSaysCountsNoMore() {
    View before = sequencer.view().view();
    long slot = sequencer.view().stable();
    TestNode old = sequencer;
    for (TestNode node : List.of(other, third)) {
      cluster.network.cut(old.id, node.id);
      cluster.network.cut(node.id, old.id);
    }
    cluster.run(2_000);
    sequencer = cluster.leader();
    assertNotEquals(before, sequencer.view().view());
    Entry late = Entry.payload(before, old.store, 1, 1, Bytes.utf8("too late"));
    Order order = new Order(old.store, before, slot, before, slot, List.of(late), old.store);
    for (TestNode node : List.of(other, third)) {
      node.step(new Event.Received(old.id, order));
      node.step(new Event.Received(old.id, new Ack(old.store, before, slot + 1, slot)));
    }
    cluster.propose(other, "in time");
    cluster.network.heal();
    agree("in time");
  }

  @Test
  void clocksThatJumpChangeNothing() {
    cluster.propose(other, "one");
    for (TestNode node : cluster.nodes.values()) {
      for (long jump : new long[] {HOUR_MS, -2 * HOUR_MS, HOUR_MS}) {
        View view = cluster.leader().view().view();
        node.nowMs += jump;
        node.step(new Event.Tick(node.nowMs));
        cluster.settle();
        assertEquals(view, cluster.leader().view().view(), node.id + " by " + jump);
      }
    }
    cluster.propose(third, "two");
    agree("one", "two");
  }

  // ---- the write-set cache, which is the log -------------------------------------------------

  private Recovered found() {
    for (int i = 0; i < 5; i++) {
      cluster.propose(other, "p" + i);
      cluster.settle();
    }
    cluster.run(200);
    return other.disk.recover();
  }

  private static Recovered with(Recovered found, List<Bytes> records, long first) {
    return new Recovered(found.stable(), first, records, found.applied(), found.linkState());
  }

  private String opened(Recovered found) {
    Member self = new Member(other.id, other.store, Role.VOTER);
    cluster.said.clear();
    CertifyLoglet loglet =
        new CertifyLoglet(
            new TestLink(self, cluster.genesis, Map.of(), 5, found, other), Rules.SOUND);
    loglet.step(List.of(), other);
    String role = loglet.status().role();
    return role.equals("HALTED") ? cluster.said.get(cluster.said.size() - 1) : null;
  }

  @Test
  void aLogThatWasCutOrChangedIsNamedBeforeTheNodeTakesPart() {
    Recovered found = found();
    List<Bytes> records = found.records();
    assertNull(opened(found));
    assertNull(
        opened(with(found, records.subList(0, records.size() - 1), 1)), "a lost end is asked");

    String hole = opened(with(found, records.subList(2, records.size()), 3));
    assertTrue(hole.contains("slots between are missing"), hole);

    List<Bytes> torn = new ArrayList<>(records);
    torn.set(3, records.get(3).slice(0, 5));
    String malformed = opened(with(found, torn, 1));
    assertTrue(malformed.contains("cut short"), malformed);

    List<Bytes> swapped = new ArrayList<>(records);
    Entry last = Entry.decode(records.get(records.size() - 1));
    View later = new View(last.view.number() + 5, last.view.store());
    swapped.set(0, Entry.payload(later, other.store, 1, 9, Bytes.utf8("later")).record());
    String order = opened(with(found, swapped, 1));
    assertTrue(order.contains("follows one of view"), order);
  }
}
