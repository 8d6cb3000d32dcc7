package org.quorate.runtime.peer;

import static org.quorate.runtime.node.TestCluster.await;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.quorate.api.Bytes;
import org.quorate.api.protocol.GroupRefs;
import org.quorate.client.net.VertxFactory;
import org.quorate.runtime.peer.RawPeer.Line;
import org.quorate.spi.transport.Lane;
import org.quorate.tck.net.FreePorts;

/** Makes transports and peers that are played byte by byte, and ends them. */
abstract class PeerTestBase {
  static final long STORE = 77;

  private final List<AutoCloseable> opened = new ArrayList<>();
  Vertx vertx;

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

  final <T extends AutoCloseable> T keep(T each) {
    opened.add(each);
    return each;
  }

  final TransportNode node(String name, String... peers) {
    return keep(new TransportNode(vertx, name, FreePorts.one(), 1, peers));
  }

  final RawPeer raw(String name) {
    return raw(name, STORE, 1);
  }

  final RawPeer raw(String name, long storeId, long incarnation) {
    return keep(new RawPeer(name, storeId, incarnation));
  }

  /** Has a peer say on a line that it is there, whatever the test does meanwhile; until it is cancelled. */
  static CompletableFuture<Void> keepAlive(Line line) {
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

  static void say(Line line, String text) throws IOException {
    line.send(
        PeerProtocol.GROUP,
        out -> {
          new GroupRefs().write(out, TransportNode.GROUP);
          out.raw(Bytes.utf8(text));
        });
  }

  static String heard(Line line) throws IOException {
    var in = line.expect(PeerProtocol.GROUP);
    new GroupRefs().read(in);
    return TransportNode.text(in.rest());
  }

  static void up(TransportNode at, String peer, Lane lane, int times) {
    await(lane + " with " + peer, () -> at.count("up " + peer + " " + lane) == times);
  }
}
