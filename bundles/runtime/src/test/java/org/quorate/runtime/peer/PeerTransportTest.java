package org.quorate.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.runtime.node.TestCluster.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.Bytes;
import org.quorate.runtime.api.Metric;
import org.quorate.runtime.api.NodeMetrics;
import org.quorate.runtime.node.CuttingProxy;
import org.quorate.runtime.peer.RawPeer.Line;
import org.quorate.spi.transport.Lane;
import org.quorate.tck.net.FreePorts;

/** Real sockets: between two transports, and between one and a peer played byte by byte. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PeerTransportTest extends PeerTestBase {
  // ---- one connection ----------------------------------------------------------------------

  @Test
  void oneDialAtATimeAndNoneWhileConnected() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    for (int i = 0; i < 5; i++) {
      a.connect("b");
    }
    Line first = peer.accept();
    Line second = peer.accept();
    assertEquals(Set.of(Lane.CONTROL, Lane.DATA), Set.of(first.hello.lane(), second.hello.lane()));
    assertTrue(peer.undialled(500));
    first.welcome();
    second.welcome();
    up(a, "b", Lane.CONTROL, 1);
    up(a, "b", Lane.DATA, 1);
    a.connect("b");
    assertTrue(peer.undialled(500));
    assertEquals("unsent", a.ask("b", Lane.BULK, "not dialled before it is used").join());
    a.send("b", Lane.BULK, "dropped, but now it is dialled");
    assertEquals(Lane.BULK, peer.accept().hello.lane());
  }

  @Test
  void theSmallerNodesDialGoesBeforeWhileUnderWayAndWhenOpen() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    Line line = peer.accept(Lane.CONTROL);
    Line other = peer.dial(a.address, "a", Lane.CONTROL, 1);
    other.expect(PeerProtocol.TAKEN);
    other.untilClosed();
    line.welcome();
    up(a, "b", Lane.CONTROL, 1);
    Line again = peer.dial(a.address, "a", Lane.CONTROL, 2);
    again.expect(PeerProtocol.TAKEN);
    again.untilClosed();
    say(line, "over the connection that a dialled");
    await("the frame", () -> !a.received.isEmpty());
    assertEquals(List.of("b CONTROL main over the connection that a dialled"), a.received);
    a.send("b", Lane.CONTROL, "and back");
    assertEquals("and back", heard(line));
    assertEquals(0, a.count("down b CONTROL"));
  }

  @Test
  void theLargerNodeGivesItsDialUpForTheSmallersOne() throws IOException {
    RawPeer peer = raw("a");
    TransportNode b = node("b", "a", peer.address());
    b.connect("a");
    Line given = peer.accept(Lane.CONTROL);
    Line line = peer.dial(b.address, "b", Lane.CONTROL, 1);
    line.expect(PeerProtocol.WELCOME);
    given.untilClosed();
    up(b, "a", Lane.CONTROL, 1);
    b.send("a", Lane.CONTROL, "over the connection that a dialled");
    assertEquals("over the connection that a dialled", heard(line));
    CompletableFuture<String> answer = b.ask("a", Lane.CONTROL, "question");
    var in = line.expect(PeerProtocol.REQUEST);
    long id = in.varint();
    assertEquals(7, in.u8());
    line.send(PeerProtocol.REPLY, out -> out.varint(id).bool(true).raw(Bytes.utf8("answer")));
    assertEquals("answer", answer.join());
  }

  @Test
  void aDialThatIsStuckDoesNotKeepThePeerOut() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    Line stuck = peer.accept(Lane.CONTROL);
    boolean welcome = false;
    for (int number = 1; !welcome; number++) {
      Line line = peer.dial(a.address, "a", Lane.CONTROL, number);
      line.in.readInt();
      line.in.readInt();
      line.in.readByte();
      welcome = line.in.readByte() == PeerProtocol.WELCOME;
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    stuck.untilClosed();
    up(a, "b", Lane.CONTROL, 1);
  }

  /** Ten pairs at once: most of it is waiting for the next dial. All ports are taken before that. */
  @Test
  void twoThatDialAtOnceEndWithOneConnectionPerLane() throws Exception {
    List<Runnable> pairs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      pairs.add(pair());
    }
    ExecutorService threads = Executors.newFixedThreadPool(pairs.size());
    try {
      List<Future<?>> all = pairs.stream().<Future<?>>map(threads::submit).toList();
      for (Future<?> each : all) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private Runnable pair() {
    List<Integer> ports = FreePorts.take(2);
    CuttingProxy toA = new CuttingProxy(ports.get(0));
    CuttingProxy toB = new CuttingProxy(ports.get(1));
    String first = "127.0.0.1:" + toA.port();
    String second = "127.0.0.1:" + toB.port();
    TransportNode a = new TransportNode(vertx, "a", ports.get(0), 1, "b", second);
    TransportNode b = new TransportNode(vertx, "b", ports.get(1), 1, "a", first);
    return () -> dialAtOnce(toA, toB, a, b);
  }

  private static void dialAtOnce(
      CuttingProxy toA, CuttingProxy toB, TransportNode a, TransportNode b) {
    try (toA;
        toB;
        a;
        b) {
      a.connect("b");
      b.connect("a");
      await(
          "both lanes on both sides, one connection each, and a pulse each way",
          () ->
              connected(a, "b") && connected(b, "a") && toA.connections() + toB.connections() == 4);
      for (Lane lane : List.of(Lane.CONTROL, Lane.DATA)) {
        assertEquals("b heard there", a.ask("b", lane, "there").join());
        assertEquals("a heard back", b.ask("a", lane, "back").join());
      }
      long lostByA = losses(a);
      long lostByB = losses(b);
      toA.cut();
      toB.cut();
      await(
          "the same after a cut",
          () ->
              losses(a) >= lostByA + 2
                  && losses(b) >= lostByB + 2
                  && connected(a, "b")
                  && connected(b, "a")
                  && toA.connections() + toB.connections() == 4);
      assertEquals("b heard there", a.ask("b", Lane.DATA, "there").join());
      assertEquals("a heard back", b.ask("a", Lane.DATA, "back").join());
    }
  }

  private static long losses(TransportNode at) {
    return at.events.stream().filter(e -> e.startsWith("down")).count();
  }

  private static boolean connected(TransportNode at, String peer) {
    return at.transport.status().stream()
        .anyMatch(s -> s.node().name().equals(peer) && s.state().equals("CONNECTED"));
  }

  @Test
  void aNodeThatWasNotKnownIsAnsweredOnItsOwnConnection() throws IOException {
    TransportNode a = node("a");
    RawPeer stranger = raw("z");
    Line line = stranger.dial(a.address, "a", Lane.CONTROL, 1);
    line.expect(PeerProtocol.WELCOME);
    await("it to be met", () -> a.events.contains("met z"));
    a.send("z", Lane.CONTROL, "hello");
    assertEquals("hello", heard(line));
    assertEquals(Lane.DATA, stranger.accept().hello.lane());
  }

  // ---- restarts and late hellos ------------------------------------------------------------

  @Test
  void aNewStartOfThePeerReplacesWhatWasOpenAndALateHelloDoesNot() throws IOException {
    RawPeer peer = raw("b", STORE, 4);
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    Line before = peer.accept(Lane.CONTROL).welcome();
    up(a, "b", Lane.CONTROL, 1);
    CompletableFuture<String> lost = a.ask("b", Lane.CONTROL, "to the old one");
    before.expect(PeerProtocol.REQUEST);
    RawPeer restarted = raw("b", STORE, 5);
    Line now = restarted.dial(a.address, "a", Lane.CONTROL, 1);
    now.expect(PeerProtocol.WELCOME);
    before.untilClosed();
    assertEquals("nothing", lost.join());
    up(a, "b", Lane.CONTROL, 2);
    assertEquals(1, a.count("down b CONTROL"));
    peer.dial(a.address, "a", Lane.CONTROL, 9).expect(PeerProtocol.TAKEN);
    a.send("b", Lane.CONTROL, "to the new one");
    assertEquals("to the new one", heard(now));
  }

  @Test
  void aLaterDialOfThePeerReplacesItsEarlierOne() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a");
    Line five = peer.dial(a.address, "a", Lane.DATA, 5);
    five.expect(PeerProtocol.WELCOME);
    peer.dial(a.address, "a", Lane.DATA, 4).expect(PeerProtocol.TAKEN);
    Line six = peer.dial(a.address, "a", Lane.DATA, 6);
    six.expect(PeerProtocol.WELCOME);
    five.untilClosed();
    up(a, "b", Lane.DATA, 2);
    a.send("b", Lane.DATA, "to the sixth");
    assertEquals("to the sixth", heard(six));
  }

  @Test
  void aRestartedTransportIsConnectedAgain() {
    List<Integer> ports = FreePorts.take(2);
    String first = "127.0.0.1:" + ports.get(0);
    String second = "127.0.0.1:" + ports.get(1);
    TransportNode a = keep(new TransportNode(vertx, "a", ports.get(0), 1, "b", second));
    TransportNode b = new TransportNode(vertx, "b", ports.get(1), 1, "a", first);
    a.connect("b");
    b.connect("a");
    await("both", () -> connected(a, "b") && connected(b, "a"));
    b.close();
    await("a to notice", () -> !connected(a, "b"));
    TransportNode again = keep(new TransportNode(vertx, "b", ports.get(1), 2, "a", first));
    again.connect("a");
    await("both again", () -> connected(a, "b") && connected(again, "a"));
    assertEquals("b heard there", a.ask("b", Lane.CONTROL, "there").join());
    assertTrue(a.count("up b CONTROL") >= 2 && a.count("down b CONTROL") >= 1);
  }

  // ---- peers that do not behave ------------------------------------------------------------

  @Test
  void aPeerThatAcceptsAndNeverAnswersIsDialledAgain() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    Line mute = peer.accept(Lane.CONTROL);
    Line again = peer.accept(Lane.CONTROL);
    mute.untilClosed();
    assertTrue(again.hello.dial() > mute.hello.dial());
    assertEquals("unsent", a.ask("b", Lane.CONTROL, "?").join());
    assertFalse(a.transport.counters().all().get("peer.idle.closed") == 0);
  }

  @Test
  void anOpenConnectionThatFallsSilentIsClosedAndItsQuestionsEnd() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    peer.accept(Lane.CONTROL).welcome();
    Line dialled = peer.dial(a.address, "a", Lane.BULK, 1);
    dialled.expect(PeerProtocol.WELCOME);
    up(a, "b", Lane.CONTROL, 1);
    CompletableFuture<String> lost = a.ask("b", Lane.CONTROL, "?");
    assertEquals("nothing", lost.join());
    await("the end of both", () -> a.count("down b BULK") == 1 && a.count("down b CONTROL") == 1);
    peer.accept(Lane.CONTROL).welcome();
    up(a, "b", Lane.CONTROL, 2);
  }

  @Test
  void whatAPeerDoesNotTakeIsDroppedBeyondTheLanesBudget() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    Line line = peer.accept(Lane.CONTROL).welcome();
    Line data = peer.accept(Lane.DATA).welcome();
    List<CompletableFuture<Void>> there = List.of(keepAlive(line), keepAlive(data));
    up(a, "b", Lane.CONTROL, 1);
    up(a, "b", Lane.DATA, 1);
    var group = a.transport.forGroup(TransportNode.GROUP);
    assertTrue(group.writable(peer.node, Lane.CONTROL));
    String large = "x".repeat(1 << 16);
    int frames = 1000;
    for (int i = 0; i < frames; i++) {
      a.send("b", Lane.CONTROL, large);
    }
    a.send("b", Lane.DATA, "another lane has its own way");
    assertEquals("another lane has its own way", heard(data));
    await("drops", () -> a.transport.counters().all().get("peer.dropped") > 0);
    assertFalse(group.writable(peer.node, Lane.CONTROL));
    long held = queued(a);
    assertTrue(held <= (4 << 20) + (1 << 17), held + " bytes held");
    int dropped = a.transport.counters().all().get("peer.dropped").intValue();
    for (int i = 0; i < frames - dropped; i++) {
      assertEquals(large.length(), lengthOf(line, i));
    }
    await("room again", () -> group.writable(peer.node, Lane.CONTROL));
    there.forEach(each -> each.cancel(true));
  }

  private static int lengthOf(Line line, int index) throws IOException {
    var in = line.expect(PeerProtocol.GROUP);
    in.varint();
    if (index == 0) {
      in.text();
    }
    return in.rest().length();
  }

  private static long queued(TransportNode at) {
    List<Metric.Sample> samples = new ArrayList<>();
    at.transport.measure(samples);
    return samples.stream()
        .filter(s -> s.metric() == NodeMetrics.PEER_QUEUED && s.labels().contains("control"))
        .mapToLong(s -> (long) s.value())
        .max()
        .orElseThrow();
  }
}
