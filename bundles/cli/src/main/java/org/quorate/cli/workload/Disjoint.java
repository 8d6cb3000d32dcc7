package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.List;
import org.quorate.tck.history.Anomaly;

/** Each client writes keys of its own: the rate without any conflict. */
record Disjoint(Session session) implements Workload {
  @Override
  public Future<Boolean> begin(int client, long number) {
    return session
        .client(client)
        .put(session.key(client + "/" + number % session.keys()), Session.text(number))
        .transform(done -> Future.succeededFuture(done.succeeded()));
  }

  @Override
  public Future<List<Anomaly>> verify() {
    return Future.succeededFuture(List.of());
  }
}
