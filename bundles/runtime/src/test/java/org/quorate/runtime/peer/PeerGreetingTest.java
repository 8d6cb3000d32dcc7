package org.quorate.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.runtime.node.TestCluster.await;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.runtime.peer.RawPeer.Line;
import org.quorate.spi.transport.Lane;

/** Who is let in, who is refused and with what reason, and what noise does. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PeerGreetingTest extends PeerTestBase {
  @Test
  void randomBytesFromEitherSideOfADialCloseThatConnectionOnly() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    Line good = peer.accept(Lane.CONTROL).welcome();
    up(a, "b", Lane.CONTROL, 1);
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 20; round++) {
      Line noise = peer.dial(a.address);
      noise.socket.getOutputStream().write(noise(random));
      noise.untilClosed();
    }
    good.send(PeerProtocol.PONG, out -> {});
    Set<Long> numbers = new HashSet<>();
    for (int round = 0; round < 5; round++) {
      Line dialled = peer.accept(Lane.DATA);
      assertTrue(numbers.add(dialled.hello.dial()));
      dialled.socket.getOutputStream().write(noise(random));
      dialled.untilClosed();
      good.send(PeerProtocol.PONG, out -> {});
    }
    Line afterWelcome = peer.accept(Lane.DATA).welcome();
    up(a, "b", Lane.DATA, 1);
    afterWelcome.socket.getOutputStream().write(noise(random));
    afterWelcome.untilClosed();
    await("the loss to be told", () -> a.count("down b DATA") == 1);
    assertEquals(26L, a.transport.counters().all().get("peer.malformed"));
    a.send("b", Lane.CONTROL, "untouched");
    assertEquals("untouched", heard(good));
  }

  private static byte[] noise(SplittableRandom random) {
    byte[] noise = new byte[random.nextInt(16, 4000)];
    random.nextBytes(noise);
    noise[0] |= (byte) 0x80; // a length over every limit: known bad at once
    return noise;
  }

  @Test
  void aWrongHelloIsRefusedWithTheReason() throws IOException {
    TransportNode a = node("a");
    RawPeer peer = raw("b");
    assertEquals(
        "looking for node 'c', this is 'a'",
        peer.dial(a.address, "c", Lane.DATA, 1).expect(PeerProtocol.REFUSED).text());
    assertEquals(
        "cluster 'other', this node belongs to 'test'",
        keep(new RawPeer("b", "other", STORE, 1))
            .dial(a.address, "a", Lane.DATA, 1)
            .expect(PeerProtocol.REFUSED)
            .text());
    assertEquals(
        "another node of this node's own name 'a'",
        raw("a").dial(a.address, "a", Lane.DATA, 1).expect(PeerProtocol.REFUSED).text());
    Line old = peer.dial(a.address);
    old.send(
        PeerProtocol.HELLO,
        out ->
            out.i32(PeerProtocol.MAGIC)
                .varint(1)
                .text("test")
                .text("b")
                .text("a")
                .i64(STORE)
                .varint(1)
                .u8(0)
                .text("")
                .text(""));
    assertEquals("protocol version 1, this node speaks 2", old.expect(PeerProtocol.REFUSED).text());
    old.untilClosed();
    Line early = peer.dial(a.address);
    early.send(PeerProtocol.PING, out -> {});
    early.untilClosed();
    assertEquals(4L, a.transport.counters().all().get("peer.refused.in"));
    assertEquals(List.of(), a.events);
  }

  @Test
  void anotherStoreUnderTheNameOfAConnectedPeerIsRefused() throws IOException {
    TransportNode a = node("a");
    Line line = raw("b").dial(a.address, "a", Lane.DATA, 1);
    line.expect(PeerProtocol.WELCOME);
    up(a, "b", Lane.DATA, 1);
    String refusal =
        raw("b", 0xbeef, 9).dial(a.address, "a", Lane.DATA, 1).expect(PeerProtocol.REFUSED).text();
    assertTrue(refusal.startsWith("node 'b' with another store, 4d, is connected from"), refusal);
    a.send("b", Lane.DATA, "stays");
    assertEquals("stays", heard(line));
  }

  @Test
  void aDialThatFindsAnotherNodeIsGivenUpAndTold() throws IOException {
    RawPeer other = raw("c");
    TransportNode a = node("a", "b", other.address());
    a.connect("b");
    other.accept(Lane.CONTROL).welcome();
    await("the refusal", () -> a.count("refused b CONTROL") == 1);
    assertEquals(0, a.count("up b CONTROL"));
  }
}
