package org.quorate.runtime.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.protocol.ClientProtocol;
import org.quorate.api.protocol.Frames;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.api.protocol.Outcomes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.client.ClientOptions;
import org.quorate.runtime.config.NodeConfig;
import org.quorate.runtime.node.TestCluster;
import org.quorate.runtime.peer.NodeAddress;
import org.quorate.tck.net.FreePorts;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HostilePortsTest {
  private static final NodeId NODE = NodeId.of("n1");

  @TempDir Path folder;
  private TestCluster cluster;

  @BeforeEach
  void start() {
    cluster =
        TestCluster.start(
            folder,
            1,
            Map.of(
                "client.stall.ms", "1500",
                "client.connections.max", "8",
                "client.pending.max.bytes", "1048576"));
    cluster.client().bootstrap().toCompletionStage().toCompletableFuture().join();
    cluster.leader();
  }

  @AfterEach
  void stillServes() {
    Outcome outcome =
        cluster
            .client()
            .group("main")
            .propose(KvCommand.put(Bytes.utf8("after"), Bytes.utf8("all")).encode())
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    cluster.close();
    assertTrue(outcome instanceof Outcome.Committed, outcome.toString());
  }

  /** Only where it is waited for: a machine that stands still would close what others just opened. */
  private void closeTheSilentSoon() {
    cluster.node(NODE).control().setParameter("hello.ms", "2000");
    cluster.node(NODE).control().setParameter("client.idle.ms", "1500");
  }

  private Socket dial(String address) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), NodeAddress.port(address));
    socket.setSoTimeout(20_000);
    return socket;
  }

  private Socket client() {
    try {
      return dial(cluster.address(NODE).client());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads until the other side closes; fails if it does not. */
  private static byte[] untilClosed(Socket socket) throws IOException {
    try (socket) {
      return socket.getInputStream().readAllBytes();
    } catch (SocketException reset) {
      return new byte[0];
    }
  }

  private static byte[] frame(int kind, Consumer<Encoder> body) {
    Encoder out = new Encoder();
    int at = Frames.begin(out, kind);
    body.accept(out);
    Frames.end(out, at);
    return out.take().toByteArray();
  }

  private static byte[] hello(String token) {
    return frame(
        ClientProtocol.HELLO,
        out -> out.i32(ClientProtocol.MAGIC).varint(1).text(token).text("test"));
  }

  private static Decoder reply(Socket socket, int kind) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    int length = in.readInt();
    in.readInt();
    byte[] content = in.readNBytes(length);
    assertEquals(kind, content[1]);
    return new Decoder(Bytes.wrap(content, 2, length - 2));
  }

  private long counter(String name) {
    return cluster.node(NODE).control().node().counters().get(name);
  }

  @Test
  void randomBytesCloseTheConnectionOnEveryPort() throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    NodeAddress address = cluster.address(NODE);
    for (String port : List.of(address.client(), address.peer())) {
      for (int round = 0; round < 20; round++) {
        byte[] noise = new byte[random.nextInt(16, 4000)];
        random.nextBytes(noise);
        noise[0] |= (byte) 0x80;
        Socket socket = dial(port);
        socket.getOutputStream().write(noise);
        assertEquals(0, untilClosed(socket).length);
      }
    }
    TestCluster.await("both counters", () -> counter("client.malformed") >= 20);
    TestCluster.await("both counters", () -> counter("peer.malformed") >= 20);
  }

  @Test
  void malformedFramesCloseTheConnection() throws IOException {
    byte[] badSum = hello("");
    badSum[4] ^= 1;
    byte[] early = frame(ClientProtocol.PING, out -> out.varint(1));
    byte[] badMagic = frame(ClientProtocol.HELLO, out -> out.i32(5));
    byte[] tooLong = new byte[] {0x7f, 0, 0, 0, 0, 0, 0, 0};
    for (byte[] bad : List.of(badSum, early, badMagic, tooLong)) {
      Socket socket = client();
      socket.getOutputStream().write(bad);
      assertEquals(0, untilClosed(socket).length);
    }
    List<byte[]> later =
        List.of(
            frame(0x3f, out -> out.varint(1)),
            frame(ClientProtocol.PROPOSE, out -> out.varint(1).varint(77)),
            frame(ClientProtocol.READ, out -> out.varint(1).varint(0).text("main").u8(9)));
    for (byte[] bad : later) {
      Socket socket = client();
      socket.getOutputStream().write(hello(""));
      reply(socket, ClientProtocol.WELCOME);
      socket.getOutputStream().write(bad);
      assertEquals(0, untilClosed(socket).length);
    }
  }

  /** Whoever has not been let in cannot make a node gather megabytes. */
  @Test
  void beforeItsHelloAConnectionSendsLittle() throws IOException {
    NodeAddress address = cluster.address(NODE);
    for (String port : List.of(address.client(), address.peer())) {
      Socket socket = dial(port);
      socket.getOutputStream().write(new byte[] {0, 2, 0, 0});
      socket.getOutputStream().write(new byte[100]);
      assertEquals(0, untilClosed(socket).length);
    }
    TestCluster.await("both counters", () -> counter("client.malformed") == 1);
    TestCluster.await("both counters", () -> counter("peer.malformed") == 1);
  }

  @Test
  void aRefusedHelloIsAnsweredWithTheReason() throws IOException {
    Socket old = client();
    old.getOutputStream()
        .write(
            frame(
                ClientProtocol.HELLO,
                out -> out.i32(ClientProtocol.MAGIC).varint(99).text("").text("old")));
    assertEquals(
        "protocol version 99, this node speaks 1", reply(old, ClientProtocol.REFUSED).text());
    assertEquals(0, untilClosed(old).length);

    Socket peer = dial(cluster.address(NODE).peer());
    peer.getOutputStream()
        .write(
            frame(
                1,
                out ->
                    out.i32(0x51505231)
                        .varint(2)
                        .text("another")
                        .text("n9")
                        .text("n1")
                        .i64(5)
                        .varint(1)
                        .u8(1)
                        .text("")
                        .text("")
                        .varint(1)));
    assertEquals("cluster 'another', this node belongs to 'test'", reply(peer, 3).text());
    assertEquals(0, untilClosed(peer).length);
    assertEquals(1, counter("peer.refused.in"));
  }

  @Test
  void silentConnectionsAreClosed() throws IOException {
    closeTheSilentSoon();
    Socket mute = client();
    Socket mutePeer = dial(cluster.address(NODE).peer());
    Socket quiet = client();
    quiet.getOutputStream().write(hello(""));
    reply(quiet, ClientProtocol.WELCOME);
    Socket half = client();
    half.getOutputStream().write(hello(""), 0, 9);
    for (Socket each : List.of(mute, mutePeer, quiet, half)) {
      assertEquals(0, untilClosed(each).length);
    }
    TestCluster.await("all of them", () -> counter("client.idle.closed") >= 3);
  }

  @Test
  void connectionsOverTheLimitAreClosed() throws IOException {
    List<Socket> held = new ArrayList<>();
    TestCluster.await(
        "refusals",
        () -> {
          held.add(client()); // those before are closed after a while, as they say nothing
          return counter("client.refused") >= 4;
        });
    for (Socket socket : held) {
      socket.close();
    }
    TestCluster.await("room again", () -> counter("client.connections") <= 2);
  }

  @Test
  void aClientThatTakesNoAnswersIsClosed() throws IOException {
    Bytes value = Bytes.wrap(new byte[200_000]);
    cluster
        .client()
        .group("main")
        .propose(KvCommand.put(Bytes.utf8("large"), value).encode())
        .toCompletionStage()
        .toCompletableFuture()
        .join();
    Socket slow = client();
    slow.setReceiveBufferSize(4096);
    slow.getOutputStream().write(hello(""));
    reply(slow, ClientProtocol.WELCOME);
    GroupRefs refs = new GroupRefs();
    Bytes query = KvQuery.get(Bytes.utf8("large")).encode();
    try {
      for (int i = 1; i < 100_000 && counter("client.slow.closed") == 0; i++) {
        int id = i;
        slow.getOutputStream()
            .write(
                frame(
                    ClientProtocol.READ,
                    out -> {
                      out.varint(id);
                      refs.write(out, GroupId.of("main"));
                      Outcomes.level(out, ReadLevel.LOCAL);
                      out.bytes(query);
                    }));
      }
    } catch (SocketException expected) {
      // Closed while it was writing.
    }
    TestCluster.await("the slow one to be closed", () -> counter("client.slow.closed") == 1);
    try (InputStream rest = slow.getInputStream()) {
      rest.skip(1);
    } catch (SocketException expected) {
      // Reset.
    }
  }

  /** What is over the limit is refused at once, by name; the others are told, and other clients served. */
  @Test
  void aStormOfWatchesIsKeptUpToItsLimit() throws IOException {
    final int limit = 1024;
    final int asked = 3000;
    final long from = put("stormy");
    Socket storm = client();
    storm.getOutputStream().write(hello(""));
    reply(storm, ClientProtocol.WELCOME);
    GroupRefs refs = new GroupRefs();
    List<KeyRange> keys = List.of(KeyRange.single(Bytes.utf8("stormy")));
    for (int i = 1; i <= asked; i++) {
      int id = i;
      storm
          .getOutputStream()
          .write(
              frame(
                  ClientProtocol.WATCH_KEYS,
                  out -> {
                    out.varint(id);
                    refs.write(out, GroupId.of("main"));
                    out.varint(from).list(keys, (to, range) -> range.encode(to));
                  }));
    }
    for (int i = limit + 1; i <= asked; i++) {
      Decoder refused = reply(storm, ClientProtocol.NOTIFY);
      assertEquals(i, refused.varint());
      assertEquals(GroupAccess.TOO_MANY, refused.varint());
    }
    long changed = put("stormy");
    for (int i = 1; i <= limit; i++) {
      Decoder told = reply(storm, ClientProtocol.NOTIFY);
      assertEquals(i, told.varint());
      assertEquals(changed, told.varint());
    }
    storm.close();
  }

  private long put(String key) {
    Outcome done =
        cluster
            .client()
            .group("main")
            .propose(KvCommand.put(Bytes.utf8(key), Bytes.utf8("x")).encode())
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    return ((Outcome.Committed) done).gtid().version();
  }

  @Test
  void anUnknownGroupAndAnOversizedCommandAreRejectedWithReasons() {
    ClientOptions options =
        ClientOptions.of(cluster.address(NODE).client()).withOperationTimeoutMs(20_000);
    var client = cluster.client(options);
    CompletionStage<Outcome> unknown =
        client.group("nowhere").propose(Bytes.utf8("x")).toCompletionStage();
    // Who asks for less time than a group gets to come back is told the same.
    var hasty =
        cluster.client(
            ClientOptions.of(cluster.address(NODE).client()).withOperationTimeoutMs(2_000));
    CompletionStage<Outcome> soon =
        hasty.group("nowhere").propose(Bytes.utf8("x")).toCompletionStage();
    for (CompletionStage<Outcome> each : List.of(unknown, soon)) {
      Outcome told = each.toCompletableFuture().join();
      assertTrue(
          told instanceof Outcome.Rejected r && r.code() == Outcome.Rejection.UNKNOWN_GROUP,
          told.toString());
    }
    Outcome large =
        client
            .group("main")
            .propose(Bytes.wrap(new byte[(3 << 20) + 1]))
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    assertTrue(
        large instanceof Outcome.Rejected r && r.code() == Outcome.Rejection.TOO_LARGE,
        large.toString());
    Outcome huge =
        client
            .group("main")
            .propose(Bytes.wrap(new byte[5 << 20]))
            .toCompletionStage()
            .toCompletableFuture()
            .join();
    assertTrue(
        huge instanceof Outcome.Rejected r && r.code() == Outcome.Rejection.TOO_LARGE,
        huge.toString());
  }

  @Test
  void aClientWithTheWrongTokenIsToldSoAtOnce() {
    NodeId second = NodeId.of("n2");
    java.util.List<Integer> ports = FreePorts.take(2);
    NodeAddress self = new NodeAddress("127.0.0.1:" + ports.get(0), "127.0.0.1:" + ports.get(1));
    var config =
        new NodeConfig(
            second,
            "test",
            folder.resolve("n2"),
            Map.of("peer", self.peer(), "client", self.client()),
            self,
            new NodeConfig.Auth("right", null),
            org.quorate.assembly.Trust.NONE,
            null,
            false,
            1,
            Map.of(second, self),
            List.of(),
            Map.of(),
            List.of(),
            List.of());
    var node =
        new org.quorate.runtime.node.QuorateNode(
            config, new org.quorate.runtime.node.Services(), (why, cause) -> {});
    node.start();
    try {
      Outcome refused =
          cluster
              .client(ClientOptions.of(self.client()).withToken("wrong"))
              .group("main")
              .propose(Bytes.utf8("x"))
              .toCompletionStage()
              .toCompletableFuture()
              .join();
      assertTrue(
          refused instanceof Outcome.Rejected r
              && r.message().contains("the token or password is missing or wrong"),
          refused.toString());
      assertEquals(
          List.of(),
          cluster
              .client(ClientOptions.of(self.client()).withToken("right"))
              .bootstrap()
              .toCompletionStage()
              .toCompletableFuture()
              .join());
    } finally {
      node.close();
    }
  }

  @Test
  void aPortInUseIsNamedWithTheProcessThatHasIt() {
    var taken = cluster.config(NODE);
    var config =
        new NodeConfig(
            NODE,
            "test",
            folder.resolve("other"),
            taken.listen(),
            taken.advertise(),
            NodeConfig.Auth.NONE,
            org.quorate.assembly.Trust.NONE,
            null,
            false,
            1,
            Map.of(),
            List.of(),
            Map.of(),
            List.of(),
            List.of());
    var node =
        new org.quorate.runtime.node.QuorateNode(
            config, new org.quorate.runtime.node.Services(), (why, cause) -> {});
    String message =
        org.junit.jupiter.api.Assertions.assertThrows(
                org.quorate.runtime.config.ConfigException.class, node::start)
            .getMessage();
    assertTrue(message.startsWith("listen.peer " + taken.listen().get("peer")), message);
    if (java.nio.file.Files.isReadable(Path.of("/proc/net/tcp"))) {
      assertTrue(message.contains("process " + ProcessHandle.current().pid() + " ("), message);
    }
  }
}
