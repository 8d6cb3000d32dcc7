package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** Messages come through as they were sent, and damaged ones are refused by name. */
class CertifyCodecTest {
  private static final View OWN = new View(3, 7);
  private static final View OTHER = new View(2, 9);

  private static List<CertifyMessage> messages() {
    Membership membership =
        new Membership(4, List.of(new Member(NodeId.of("n1"), 7, Role.VOTER, 3)));
    List<Entry> entries =
        List.of(
            Entry.payload(OTHER, 9, 1, 4, Bytes.utf8("not inline")),
            Entry.payload(OTHER, 9, 1, 5, null),
            Entry.of(OWN, Entry.VIEW, Bytes.EMPTY),
            Entry.payload(OWN, 7, 2, 1, Bytes.utf8("inline")),
            Entry.payload(OWN, 7, 2, 2, Bytes.EMPTY),
            Entry.config(OWN, membership),
            Entry.seal(OWN, 5, Bytes.utf8("next link")),
            Entry.lagging(OWN, 9, true),
            Entry.of(OWN, Entry.NOOP, Bytes.EMPTY));
    return List.of(
        new CertifyMessage.Payloads(7, 2, 9, List.of(Bytes.utf8("a"), Bytes.EMPTY)),
        new CertifyMessage.Order(7, OWN, 12, View.NONE, 11, entries, 7),
        new CertifyMessage.Ack(7, OTHER, 12, 10),
        new CertifyMessage.Gap(7, OTHER, 12, 9, View.NONE),
        new CertifyMessage.Beat(7, OWN, 12, 8, 3, false, true),
        new CertifyMessage.BeatReply(7, OTHER, 12, 8),
        new CertifyMessage.Canvass(7, OWN, 12, 13, OTHER),
        new CertifyMessage.CanvassReply(7, OTHER, false, OWN),
        new CertifyMessage.Prepare(7, OWN, 12, 13, OTHER, true),
        new CertifyMessage.Promise(7, OWN, true, 12, View.NONE, 12, entries),
        new CertifyMessage.Fetch(7, List.of(12L, 14L)),
        new CertifyMessage.Fetched(
            7, List.of(12L), List.of(Entry.payload(View.NONE, 9, 1, 4, Bytes.utf8("x")))),
        new CertifyMessage.TailAsk(7, 2, 5),
        new CertifyMessage.TailIs(7, OWN, 2, 5, 12, 4),
        new CertifyMessage.TakeOver(7, OWN),
        new CertifyMessage.Donate(7, OWN, 9, 40, List.of(NodeId.of("b"), NodeId.of("c"))),
        new CertifyMessage.Donated(7, 9, 41, true));
  }

  private static Bytes encoded(CertifyMessage message) {
    Encoder out = new Encoder();
    message.encode(out);
    return Bytes.wrap(out.take().toByteArray());
  }

  @TestFactory
  Stream<DynamicTest> comesThrough() {
    return messages().stream()
        .map(
            m ->
                DynamicTest.dynamicTest(
                    m.getClass().getSimpleName(),
                    () -> {
                      CertifyMessage read = CertifyCodec.decode(encoded(m));
                      assertEquals(m.getClass(), read.getClass());
                      assertEquals(Words.of(m).replace("?", ""), Words.of(read).replace("?", ""));
                      if (read instanceof CertifyMessage.Order order) {
                        assertEquals(null, order.entries().get(0).body());
                        assertEquals("inline", order.entries().get(3).body().utf8());
                      } else {
                        assertEquals(encoded(m), encoded(read));
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> damageIsRefusedOrReadAsAMessage() {
    return messages().stream()
        .map(m -> DynamicTest.dynamicTest(m.getClass().getSimpleName(), () -> damage(encoded(m))));
  }

  private static void damage(Bytes sound) {
    for (int length = 0; length < sound.length(); length++) {
      Bytes cut = sound.slice(0, length);
      assertThrows(MalformedException.class, () -> CertifyCodec.decode(cut));
    }
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 5_000; i++) {
      byte[] flipped = sound.toByteArray();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        encoded(CertifyCodec.decode(Bytes.wrap(flipped)));
      } catch (MalformedException expected) {
        // refused by name: nothing else may come out of it
      }
    }
  }

  @Test
  void aSequencerSpeaksForItsOwnViewOnly() {
    Encoder out = new Encoder();
    new CertifyMessage.Beat(7, OTHER, 1, 1, 0, false, true).encode(out);
    Bytes forged = out.take();
    assertThrows(MalformedException.class, () -> CertifyCodec.decode(forged));
  }

  @Test
  void aForgedOriginOrdersNothing() {
    TestCluster cluster = TestCluster.of(1, "a", "b", "c");
    TestNode sequencer = cluster.elect();
    TestNode liar = cluster.nodes.values().stream().filter(n -> n != sequencer).findFirst().get();
    long victim =
        cluster.nodes.values().stream()
            .filter(n -> n != sequencer && n != liar)
            .findFirst()
            .get()
            .store;
    CertifyMessage forged =
        new CertifyMessage.Payloads(victim, 1, 1, List.of(Bytes.utf8("not mine")));
    sequencer.step(new Event.Received(liar.id, forged));
    CertifyMessage stranger =
        new CertifyMessage.Payloads(999, 1, 1, List.of(Bytes.utf8("of a stranger")));
    sequencer.step(new Event.Received(liar.id, stranger));
    cluster.settle();
    assertTrue(sequencer.state.isEmpty());
  }
}
