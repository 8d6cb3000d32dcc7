package org.quorate.runtime.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.runtime.node.TestCluster.await;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.Bytes;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.client.net.VertxFactory;
import org.quorate.runtime.api.Metric;
import org.quorate.runtime.api.NodeMetrics;
import org.quorate.runtime.node.CuttingProxy;
import org.quorate.runtime.node.TestCluster;
import org.quorate.runtime.peer.RawPeer.Line;
import org.quorate.spi.transport.Lane;

/** Real sockets: between two transports, and between one and a peer played byte by byte. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PeerTransportTest {
  private static final long STORE = 77;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private Vertx vertx;

  @BeforeEach
  void start() {
    vertx = VertxFactory.create(4, 1);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private <T extends AutoCloseable> T keep(T each) {
    opened.add(each);
    return each;
  }

  private TransportNode node(String name, String... peers) {
    return keep(new TransportNode(vertx, name, TestCluster.freePorts(1).get(0), 1, peers));
  }

  private RawPeer raw(String name) {
    return raw(name, STORE, 1);
  }

  private RawPeer raw(String name, long storeId, long incarnation) {
    return keep(new RawPeer(name, storeId, incarnation));
  }

  private static void say(Line line, String text) throws IOException {
    line.send(
        PeerProtocol.GROUP,
        out -> {
          new GroupRefs().write(out, TransportNode.GROUP);
          out.raw(Bytes.utf8(text));
        });
  }

  private static String heard(Line line) throws IOException {
    var in = line.expect(PeerProtocol.GROUP);
    new GroupRefs().read(in);
    return TransportNode.text(in.rest());
  }

  private static void up(TransportNode at, String peer, Lane lane, int times) {
    await(lane + " with " + peer, () -> at.count("up " + peer + " " + lane) == times);
  }

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

  @Test
  void twoThatDialAtOnceEndWithOneConnectionPerLane() {
    for (int round = 0; round < 10; round++) {
      List<Integer> ports = TestCluster.freePorts(2);
      CuttingProxy toA = new CuttingProxy(ports.get(0));
      CuttingProxy toB = new CuttingProxy(ports.get(1));
      TransportNode a =
          new TransportNode(vertx, "a", ports.get(0), 1, "b", "127.0.0.1:" + toB.port());
      TransportNode b =
          new TransportNode(vertx, "b", ports.get(1), 1, "a", "127.0.0.1:" + toA.port());
      try (toA;
          toB;
          a;
          b) {
        a.connect("b");
        b.connect("a");
        await(
            "both lanes on both sides, one connection each, and a pulse each way",
            () ->
                connected(a, "b")
                    && connected(b, "a")
                    && toA.connections() + toB.connections() == 4);
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
    List<Integer> ports = TestCluster.freePorts(2);
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

  /** What the loop of the groups cannot say is said beside it. */
  @Test
  void aPulseTellsThatANodesLoopIsBusyWhileItIs() throws Exception {
    int port = TestCluster.freePorts(1).get(0);
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

  private static CompletableFuture<Void> keepAlive(Line line) {
    CompletableFuture<Void> going = new CompletableFuture<>();
    new Thread(
            () -> {
              while (!going.isDone()) {
                try {
                  line.send(PeerProtocol.PONG, out -> {});
                } catch (IOException e) {
                  return;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
              }
            },
            "keep-alive")
        .start();
    return going;
  }

  @Test
  void whatAPeerDoesNotTakeIsDroppedBeyondTheLanesBudget() throws IOException {
    RawPeer peer = raw("b");
    TransportNode a = node("a", "b", peer.address());
    a.connect("b");
    Line line = peer.accept(Lane.CONTROL).welcome();
    Line data = peer.accept(Lane.DATA).welcome();
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
    line.send(PeerProtocol.PONG, out -> {});
    await("drops", () -> a.transport.counters().all().get("peer.dropped") > 0);
    assertFalse(group.writable(peer.node, Lane.CONTROL));
    long held = queued(a);
    assertTrue(held <= (4 << 20) + (1 << 17), held + " bytes held");
    int dropped = a.transport.counters().all().get("peer.dropped").intValue();
    for (int i = 0; i < frames - dropped; i++) {
      assertEquals(large.length(), lengthOf(line, i));
    }
    await("room again", () -> group.writable(peer.node, Lane.CONTROL));
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
