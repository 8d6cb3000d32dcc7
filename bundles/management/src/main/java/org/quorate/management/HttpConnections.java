package org.quorate.management;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Bounds what connections to the HTTP port may hold: so many at once, and the first request of each
 * has to be there soon, however slowly its bytes come.
 */
final class HttpConnections {
  static final int MAX = 512;
  static final long FIRST_REQUEST_MS = 5_000;
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Map<HttpConnection, Long> open = new ConcurrentHashMap<>();

  HttpConnections(Vertx vertx) {
    this.vertx = vertx;
  }

  void opened(HttpConnection connection) {
    if (open.size() >= MAX) {
      vertx.runOnContext(v -> connection.close()); // it is not quite there yet
      return;
    }
    connection.closeHandler(v -> cancel(open.remove(connection)));
    open.put(connection, vertx.setTimer(FIRST_REQUEST_MS, t -> connection.close()));
  }

  /** A request has come in on it. */
  void heard(HttpConnection connection) {
    cancel(open.replace(connection, NO_TIMER));
  }

  private void cancel(Long timer) {
    if (timer != null && timer != NO_TIMER) {
      vertx.cancelTimer(timer);
    }
  }
}
