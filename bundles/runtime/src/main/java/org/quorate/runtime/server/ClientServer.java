package org.quorate.runtime.server;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.quorate.client.net.Loop;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.QuorateNode;
import org.quorate.runtime.node.Tls;
import org.quorate.runtime.peer.NodeAddress;

/** Accepts clients; each connection lives on one loop. */
public final class ClientServer {
  private static final long CHECK_MS = 500;

  private final QuorateNode node;
  private final List<Loop> loops;
  private final List<NetServer> servers = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();
  private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();
  final LongAdder accepted = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder requests = new LongAdder();
  final LongAdder idleClosed = new LongAdder();
  final LongAdder slowClosed = new LongAdder();
  private volatile boolean closed;

  public ClientServer(QuorateNode node, List<Loop> loops) {
    this.node = node;
    this.loops = loops;
  }

  QuorateNode node() {
    return node;
  }

  /** Listens on host:port, with all loops. */
  public Future<Void> listen(String address) {
    Future<Void> all = Future.succeededFuture();
    for (Loop loop : loops) {
      all = all.compose(done -> listen(loop, address));
    }
    return all;
  }

  private Future<Void> listen(Loop loop, String address) {
    Promise<Void> listening = Promise.promise();
    loop.withContext(
        () -> {
          NetServer server =
              node.vertx()
                  .createNetServer(
                      Tls.server(node.config().tls(), false)
                          .setTcpNoDelay(true)
                          .setReuseAddress(true));
          servers.add(server);
          server.connectHandler(socket -> accept(loop, socket));
          server
              .listen(NodeAddress.port(address), NodeAddress.host(address))
              .<Void>mapEmpty()
              .onComplete(listening);
          timers.add(loop.every(CHECK_MS, () -> check(loop)));
        });
    return listening.future();
  }

  private void accept(Loop loop, NetSocket socket) {
    long limit = node.parameters().number(NodeParameters.CLIENT_CONNECTIONS_MAX);
    if (closed || connections.size() >= limit) {
      refused.increment();
      socket.close();
      return;
    }
    accepted.increment();
    connections.add(new ClientConnection(this, loop, socket));
  }

  private void check(Loop loop) {
    for (ClientConnection connection : connections) {
      if (connection.loop() == loop) {
        connection.check();
      }
    }
  }

  void gone(ClientConnection connection) {
    connections.remove(connection);
  }

  /** Totals since the start, and connections now. */
  public Map<String, Long> counters() {
    Map<String, Long> all = new TreeMap<>();
    all.put("client.connections", (long) connections.size());
    all.put("client.accepted", accepted.sum());
    all.put("client.refused", refused.sum());
    all.put("client.malformed", malformed.sum());
    all.put("client.requests", requests.sum());
    all.put("client.idle.closed", idleClosed.sum());
    all.put("client.slow.closed", slowClosed.sum());
    return all;
  }

  /** Stops listening and closes the connections. */
  public Future<Void> close() {
    closed = true;
    timers.forEach(Runnable::run);
    for (ClientConnection connection : connections) {
      connection.loop().run(() -> connection.close("the node stops"));
    }
    return Future.join(servers.stream().map(NetServer::close).toList()).mapEmpty();
  }
}
