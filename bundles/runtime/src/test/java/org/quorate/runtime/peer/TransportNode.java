package org.quorate.runtime.peer;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.client.net.Loop;
import org.quorate.spi.transport.Lane;

/** A transport on a loop of its own, and a note of everything it told its node. */
final class TransportNode implements PeerHandler, AutoCloseable {
  static final GroupId GROUP = GroupId.of("main");

  final NodeId id;
  final String address;
  final PeerTransport transport;
  final List<String> events = new CopyOnWriteArrayList<>();
  final List<String> received = new CopyOnWriteArrayList<>();
  final Loop loop;
  final Loop pulseLoop;

  /** Listens on the port; the peers are names and addresses by turns. */
  TransportNode(Vertx vertx, String name, int port, long incarnation, String... peers) {
    id = NodeId.of(name);
    address = "127.0.0.1:" + port;
    Map<NodeId, NodeAddress> known = new TreeMap<>();
    for (int i = 0; i < peers.length; i += 2) {
      known.put(NodeId.of(peers[i]), new NodeAddress(peers[i + 1], ""));
    }
    loop = Loop.of(vertx);
    pulseLoop = Loop.of(vertx);
    transport =
        new PeerTransport(
            vertx,
            loop,
            pulseLoop,
            new LocalNode(id, "test", name.hashCode(), incarnation, new NodeAddress(address, "")),
            new AddressBook(known),
            this,
            new NetServerOptions(),
            new NetClientOptions());
    transport.listen(address).toCompletionStage().toCompletableFuture().join();
  }

  void connect(String peer) {
    transport.connect(NodeId.of(peer));
  }

  void send(String peer, Lane lane, String text) {
    transport.forGroup(GROUP).send(NodeId.of(peer), lane, Bytes.utf8(text));
  }

  /** The answer to a question, "nothing" if it was lost, "unsent" if nobody is connected. */
  CompletableFuture<String> ask(String peer, Lane lane, String text) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    transport.ask(
        NodeId.of(peer),
        lane,
        7,
        Bytes.utf8(text),
        60_000,
        reply -> answer.complete(reply == null ? "nothing" : text(reply)),
        () -> answer.complete("unsent"));
    return answer;
  }

  static void await(CountDownLatch latch) {
    try {
      latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  long count(String event) {
    return events.stream().filter(event::equals).count();
  }

  static String text(Bytes bytes) {
    return new String(bytes.toByteArray(), java.nio.charset.StandardCharsets.UTF_8);
  }

  @Override
  public void received(NodeId from, long storeId, Lane lane, GroupId group, Bytes frame) {
    received.add(from + " " + lane + " " + group + " " + text(frame));
  }

  @Override
  public void asked(NodeId from, int operation, Bytes body, Consumer<Bytes> answer) {
    answer.accept(Bytes.utf8(id + " heard " + text(body)));
  }

  @Override
  public void connected(NodeId peer, long storeId, Lane lane) {
    events.add("up " + peer + " " + lane);
  }

  @Override
  public void disconnected(NodeId peer, Lane lane, String why, boolean refused) {
    events.add((refused ? "refused " : "down ") + peer + " " + lane);
  }

  @Override
  public void busy(NodeId peer, GroupId group) {
    events.add("busy " + peer + " " + group);
  }

  @Override
  public void met(NodeId peer) {
    events.add("met " + peer);
    transport.connect(peer);
  }

  @Override
  public void close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    loop.withContext(() -> transport.close().onComplete(done -> closed.complete(null)));
    closed.join();
  }
}
