package org.quorate.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.quorate.api.GroupId;
import org.quorate.api.protocol.GroupInfo;
import org.quorate.client.net.Loop;
import org.quorate.client.net.VertxFactory;

/**
 * Talks to a cluster over TCP: one connection per node, made when it is needed. Thread-safe; never
 * blocks. Futures complete on the client's event loop: do not block there.
 */
public final class QuorateClient implements AutoCloseable {
  private static final long ROUND_PAUSE_MS = 50;

  private final Vertx vertx;
  private final boolean ownsVertx;
  private final ClientOptions options;
  private final Loop loop;
  private final NetClient dialler;
  private final Map<String, Connection> connections = new LinkedHashMap<>();
  private final Map<GroupId, GroupClient> groups = new ConcurrentSkipListMap<>();
  private final List<Runnable> timers = new ArrayList<>();
  private final AtomicBoolean ending = new AtomicBoolean();
  private final Promise<Void> ended = Promise.promise();
  private final Admission admission;
  private volatile boolean closed;

  private QuorateClient(Vertx vertx, boolean ownsVertx, ClientOptions options) {
    this.vertx = vertx;
    this.ownsVertx = ownsVertx;
    this.options = options;
    this.loop = Loop.of(vertx);
    this.admission = new Admission(options.maxPendingBytes());
    NetClientOptions net =
        new NetClientOptions().setTcpNoDelay(true).setConnectTimeout(options.connectTimeoutMs());
    if (!options.tls().isEmpty()) {
      net.setSsl(true)
          .setHostnameVerificationAlgorithm("HTTPS")
          .setTrustOptions(new PemTrustOptions().addCertPath(options.tls()));
    }
    this.dialler = vertx.createNetClient(net);
    options.addresses().forEach(a -> connections.put(a, new Connection(this, a)));
    timers.add(
        loop.every(
            options.pingMs(), () -> List.copyOf(connections.values()).forEach(Connection::ping)));
    timers.add(loop.every(20, () -> groups.values().forEach(GroupClient::tick)));
  }

  /** A client with an event loop of its own. */
  public static QuorateClient connect(ClientOptions options) {
    Vertx vertx = VertxFactory.create(1, 1);
    return new QuorateClient(vertx, true, options);
  }

  /** A client on an event loop of somebody else's Vert.x, which it does not close. */
  public static QuorateClient connect(Vertx vertx, ClientOptions options) {
    return new QuorateClient(vertx, false, options);
  }

  /** A handle on a group; the same for the same name. */
  public GroupClient group(String name) {
    return groups.computeIfAbsent(GroupId.of(name), id -> new GroupClient(this, id));
  }

  /** What the first node that answers knows of a group. */
  public Future<GroupInfo> info(String group) {
    return anyNode(
        (connection, promise) ->
            connection.info(
                GroupId.of(group),
                new Connection.Waiter() {
                  @Override
                  public void info(GroupInfo info) {
                    Promises.complete(promise, info);
                  }

                  @Override
                  public void lost(String why) {
                    Promises.fail(promise, why);
                  }
                }));
  }

  /**
   * Asks any node to make the configured groups of a new cluster: the first and only act that does.
   *
   * @return the groups there are afterwards
   */
  public Future<List<String>> bootstrap() {
    return anyNode(
        (connection, promise) ->
            connection.bootstrap(
                new Connection.Waiter() {
                  @Override
                  public void bootstrapped(List<String> names, String problem) {
                    if (problem == null) {
                      Promises.complete(promise, names);
                    } else {
                      Promises.fail(promise, problem);
                    }
                  }

                  @Override
                  public void lost(String why) {
                    Promises.fail(promise, why);
                  }
                }));
  }

  private interface Ask<T> {
    void on(Connection connection, Promise<T> promise);
  }

  /** Why no node is connected; empty if one is. On the loop. */
  String trouble() {
    List<Connection> all = connections();
    return all.stream().anyMatch(Connection::isOpen)
        ? ""
        : all.stream().map(Connection::trouble).distinct().collect(Collectors.joining("; "));
  }

  /** What an operation is told whose time is over. */
  String late() {
    String trouble = trouble();
    return "no answer within the operation's time" + (trouble.isEmpty() ? "" : ": " + trouble);
  }

  private <T> Future<T> anyNode(Ask<T> ask) {
    Promise<T> promise = Promise.promise();
    long deadline = nowMs() + options.operationTimeoutMs();
    loop.run(() -> anyNode(ask, connections(), 0, deadline, promise));
    return promise.future();
  }

  private <T> void anyNode(
      Ask<T> ask, List<Connection> all, int at, long deadline, Promise<T> promise) {
    if (at == all.size()) {
      boolean hopeless = all.stream().allMatch(c -> c.refusal() != null);
      if (hopeless || closed || nowMs() > deadline) {
        Promises.fail(
            promise, "no node answers: " + all.stream().map(Connection::trouble).toList());
      } else {
        loop.after(ROUND_PAUSE_MS, () -> anyNode(ask, connections(), 0, deadline, promise));
      }
      return;
    }
    all.get(at)
        .open(
            open -> {
              if (open) {
                ask.on(all.get(at), promise);
              } else {
                anyNode(ask, all, at + 1, deadline, promise);
              }
            });
  }

  Loop loop() {
    return loop;
  }

  ClientOptions options() {
    return options;
  }

  Admission admission() {
    return admission;
  }

  NetClient dialler() {
    return dialler;
  }

  boolean isClosed() {
    return closed;
  }

  long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  long jitter(long bound) {
    return ThreadLocalRandom.current().nextLong(bound);
  }

  /** The connection to an address, which may be new; on the loop. */
  Connection connection(String address) {
    return connections.computeIfAbsent(address, a -> new Connection(this, a));
  }

  /** All known; on the loop. */
  List<Connection> connections() {
    return new ArrayList<>(connections.values());
  }

  /** Closes sessions as far as the nodes can be reached at once, then the connections. */
  public Future<Void> shutdown() {
    if (!ending.compareAndSet(false, true)) {
      return ended.future();
    }
    loop.run(
        () -> {
          groups.values().forEach(GroupClient::end);
          closed = true;
          timers.forEach(Runnable::run);
          loop.execute(
              () -> {
                connections.values().forEach(c -> c.close("the client is closed"));
                dialler
                    .close()
                    .eventually(() -> ownsVertx ? vertx.close() : Future.succeededFuture())
                    .onComplete(ended);
              });
        });
    return ended.future();
  }

  /** As {@link #shutdown}, without waiting for it. */
  @Override
  public void close() {
    shutdown();
  }
}
