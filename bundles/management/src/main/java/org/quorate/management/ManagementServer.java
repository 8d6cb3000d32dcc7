package org.quorate.management;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.eventbus.bridge.tcp.TcpEventBusBridge;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.PortOwner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All surfaces of one node: event bus, TCP bridge, HTTP, metrics. Thread-safe. */
public final class ManagementServer {
  private static final Logger LOG = LoggerFactory.getLogger(ManagementServer.class);

  /** Of connections on which nothing moves, not even an answer that somebody waits for. */
  private static final int SILENT_SECONDS = 900;

  private static final int MAX_HEADER_BYTES = 16 << 10;

  private final Vertx vertx;
  private final ManagementConfig config;
  private final OperationTable table;
  private final EventLog events;
  private final ManagedNode node;
  private final PrometheusEndpoint metrics;
  private final HttpConnections connections;
  private EventBusSurface eventBus;
  private HttpServer http;
  private TcpEventBusBridge bridge;
  private Future<Void> opened = Future.succeededFuture();
  private Future<Void> closed;

  /**
   * Prepares the surfaces; {@link #start} opens them.
   *
   * @param stop ends the process; called at most once, on any thread
   */
  public ManagementServer(
      Vertx vertx, NodeControl control, ManagementConfig config, Runnable stop) {
    this(vertx, control, config, stop, CoordinatorServices.NONE);
  }

  /** The same in a framework that has coordinators. */
  ManagementServer(
      Vertx vertx,
      NodeControl control,
      ManagementConfig config,
      Runnable stop,
      CoordinatorServices coordinators) {
    this.vertx = vertx;
    this.config = config;
    this.table = Operations.table();
    this.events = new EventLog(control, this::publish);
    this.node = new ManagedNode(control, events, stop, coordinators);
    this.metrics = new PrometheusEndpoint(control, task -> work(vertx, task));
    this.connections = new HttpConnections(vertx, HttpConnections.IDLE_MS);
  }

  /** Runs what may block. */
  static void work(Vertx vertx, Runnable task) {
    vertx.executeBlocking(
        () -> {
          task.run();
          return null;
        },
        false);
  }

  private void publish(EventView event) {
    vertx.eventBus().publish(EventBusSurface.EVENTS, new JsonObject(Json.text(event)));
  }

  /** The node as the operations see it. */
  public ManagedNode node() {
    return node;
  }

  PrometheusEndpoint metrics() {
    return metrics;
  }

  /** What HTTP connections have sent and is not complete. */
  PendingInput pending() {
    return connections.pending();
  }

  /** Opens the surfaces; fails with what is in the way and leaves none open. */
  public synchronized Future<Void> start() {
    eventBus = new EventBusSurface(vertx, table, node);
    Bridges bridges = new Bridges(vertx, table, config.access());
    List<Future<?>> opening = new ArrayList<>();
    if (config.http() != null) {
      opening.add(openHttp(bridges));
    }
    if (config.bridge() != null) {
      opening.add(openBridge(bridges));
    }
    opened = Future.join(opening).mapEmpty();
    return opened.recover(failure -> close().transform(done -> Future.failedFuture(failure)));
  }

  private Future<?> openHttp(Bridges bridges) {
    HttpServerOptions options =
        new HttpServerOptions()
            // HTTP/1.1 alone: to find out which of the two it is, Vert.x would wait for a first
            // byte
            // without end, and tell nobody of the connection.
            .setHttp2ClearTextEnabled(false)
            .setUseAlpn(false)
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setMaxWebSocketFrameSize(Bridges.MAX_FRAME_BYTES)
            .setMaxWebSocketMessageSize(Bridges.MAX_FRAME_BYTES)
            // Unpacked, two megabytes could be two gigabytes.
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false)
            .setIdleTimeout(SILENT_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    if (config.certificate() != null) {
      options.setSsl(true).setKeyCertOptions(certificate());
    }
    HttpSurface surface = new HttpSurface(node, table, config.access());
    Router router =
        surface.router(vertx, table.get("health"), metrics::scrape, bridges, connections::answered);
    return vertx
        .createHttpServer(options)
        .connectionHandler(connections::opened)
        .requestHandler(
            request -> {
              if (connections.heard(request)) {
                router.handle(request);
              } else {
                HttpSurface.full(request);
              }
            })
        .listen(address(config.http()))
        .onSuccess(
            server -> {
              http = server;
              LOG.info("HTTP on port {}", server.actualPort());
            })
        .recover(t -> inUse("http", config.http(), t));
  }

  private Future<?> openBridge(Bridges bridges) {
    NetServerOptions options = new NetServerOptions();
    if (config.certificate() != null) {
      options.setSsl(true).setKeyCertOptions(certificate());
    }
    return bridges
        .tcp(address(config.bridge()), options)
        .onSuccess(
            opened -> {
              bridge = opened;
              LOG.info("event bus bridge on {}", config.bridge());
            })
        .recover(t -> inUse("bridge", config.bridge(), t));
  }

  private PemKeyCertOptions certificate() {
    return new PemKeyCertOptions().setCertPath(config.certificate()).setKeyPath(config.key());
  }

  private static SocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    String host = text.substring(0, colon).replaceAll("[\\[\\]]", "");
    return SocketAddress.inetSocketAddress(Integer.parseInt(text.substring(colon + 1)), host);
  }

  private static <T> Future<T> inUse(String what, String address, Throwable t) {
    return Future.failedFuture(
        new IllegalStateException(
            "listen."
                + what
                + " "
                + address
                + ": "
                + t.getMessage()
                + PortOwner.hint(address(address).port()),
            t));
  }

  /** The port HTTP listens on, 0 if it does not. */
  public synchronized int httpPort() {
    return http == null ? 0 : http.actualPort();
  }

  /** Closes everything, once what is still opening is open; never fails. */
  public synchronized Future<Void> close() {
    if (closed == null) {
      closed = opened.transform(any -> closeAll());
    }
    return closed;
  }

  private synchronized Future<Void> closeAll() {
    List<Future<?>> closing = new ArrayList<>();
    if (eventBus != null) {
      closing.add(eventBus.close());
    }
    if (http != null) {
      closing.add(http.close());
    }
    if (bridge != null) {
      closing.add(bridge.close());
    }
    metrics.close();
    try {
      events.close();
    } catch (Exception e) {
      LOG.warn("the listener for events did not close", e);
    }
    return Future.join(closing)
        .<Void>mapEmpty()
        .recover(
            t -> {
              LOG.warn("a management surface did not close", t);
              return Future.succeededFuture();
            });
  }
}
