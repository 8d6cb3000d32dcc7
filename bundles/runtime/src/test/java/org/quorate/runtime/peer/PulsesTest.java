package org.quorate.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.quorate.runtime.node.TestCluster.await;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.runtime.peer.RawPeer.Line;
import org.quorate.spi.transport.Lane;
import org.quorate.tck.net.FreePorts;

/** The line beside the lanes, on which a node says that a loop of its is busy. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PulsesTest extends PeerTestBase {
  /** What the loop of the groups cannot say is said beside it. */
  @Test
  void aPulseTellsThatANodesLoopIsBusyWhileItIs() throws Exception {
    int port = FreePorts.one();
    TransportNode b = node("b");
    TransportNode a = keep(new TransportNode(vertx, "a", port, 1, "b", b.address));
    a.connect("b");
    up(a, "b", Lane.CONTROL, 1);
    CountDownLatch free = new CountDownLatch(1);
    a.loop.execute(() -> TransportNode.await(free));
    await(
        "b to hear it",
        () -> {
          a.pulseLoop.run(() -> a.transport.tellBusy(b.id, List.of(TransportNode.GROUP)));
          return b.count("busy a main") > 0;
        });
    free.countDown();
    assertEquals(0, b.count("down a CONTROL"));
  }

  @Test
  void aPulseIsGreetedLikeALaneAndCarriesNothingElse() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    Line pulse = peer.dialPulse(a.address, "a");
    pulse.expect(PeerProtocol.WELCOME);
    Line newer = peer.dialPulse(a.address, "a");
    newer.expect(PeerProtocol.WELCOME);
    pulse.untilClosed();
    newer.send(PeerProtocol.BUSY, out -> new GroupRefs().write(out.varint(1), TransportNode.GROUP));
    await("the word", () -> a.count("busy b main") == 1);
    newer.send(PeerProtocol.PING, out -> {});
    newer.expect(PeerProtocol.PONG);
    say(newer, "not on a pulse");
    newer.untilClosed();
    assertEquals(List.of(), a.received);
    assertEquals(
        "looking for node 'c', this is 'a'",
        peer.dialPulse(a.address, "c").expect(PeerProtocol.REFUSED).text());
  }

  @Test
  void aPulseIsDialledOnceThePeerIsThereAndAgainWhenItFallsSilent() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    Line control = peer.accept(Lane.CONTROL).welcome();
    Line mute = peer.acceptPulse().welcome();
    up(a, "b", Lane.CONTROL, 1);
    CompletableFuture<Void> feeding = keepAlive(control);
    mute.untilClosed();
    peer.acceptPulse();
    feeding.cancel(true);
  }
}
