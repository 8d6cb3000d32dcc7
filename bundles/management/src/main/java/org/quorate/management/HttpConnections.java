package org.quorate.management;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds what connections to the HTTP port may hold: so many at once; the first request of each, the
 * body of any and a message of a WebSocket have to be there soon, however slowly their bytes come, and
 * so much of them at once; and one that has its answer has to ask again some time.
 */
final class HttpConnections {
  static final int MAX = 512;
  static final long FIRST_REQUEST_MS = 5_000;

  /** From an answer to the next request. */
  static final long IDLE_MS = 120_000;

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Map<HttpConnection, Long> open = new ConcurrentHashMap<>();
  private final PendingInput pending = new PendingInput();
  private final long idleMs;

  HttpConnections(Vertx vertx, long idleMs) {
    this.vertx = vertx;
    this.idleMs = idleMs;
  }

  /** Of all connections. */
  PendingInput pending() {
    return pending;
  }

  void opened(HttpConnection connection) {
    if (open.size() >= MAX) {
      vertx.runOnContext(v -> connection.close()); // it is not quite there yet
      return;
    }
    connection.closeHandler(v -> cancel(open.remove(connection)));
    open.put(connection, vertx.setTimer(FIRST_REQUEST_MS, t -> connection.close()));
  }

  /**
   * A request's head has come in.
   *
   * @return false if there is no room for its body
   */
  boolean heard(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    cancel(open.replace(connection, NO_TIMER));
    if (isWebSocket(request)) {
      WebSocketLimit.guard(((HttpServerConnection) connection).channelHandlerContext(), pending);
    }
    long announced = announced(request);
    if (announced == 0) {
      return true;
    }
    boolean room = pending.add(announced);
    long timer = vertx.setTimer(PendingInput.PATIENCE_MS, t -> connection.close());
    request
        .end()
        .onComplete(
            whole -> {
              vertx.cancelTimer(timer);
              pending.add(-announced);
            });
    return room;
  }

  /** A request has its answer, which may have taken as long as its caller wanted to wait. */
  void answered(HttpServerRequest request) {
    if (isWebSocket(request)) {
      return; // who listens need not ask
    }
    HttpConnection connection = request.connection();
    long timer = vertx.setTimer(idleMs, t -> connection.close());
    Long before = open.replace(connection, timer);
    cancel(before == null ? timer : before); // it is closed already
  }

  private static boolean isWebSocket(HttpServerRequest request) {
    return "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
  }

  /** Bytes that its body may have; who does not say gets the room of the longest. */
  private static long announced(HttpServerRequest request) {
    if (request.headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
      return Bridges.MAX_FRAME_BYTES;
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length == null) {
      return 0;
    }
    try {
      return Math.min(Bridges.MAX_FRAME_BYTES, Math.max(0, Long.parseLong(length)));
    } catch (NumberFormatException e) {
      return Bridges.MAX_FRAME_BYTES;
    }
  }

  private void cancel(Long timer) {
    if (timer != null && timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
  }
}
