package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.quorate.tck.history.Anomaly;
import org.quorate.tck.history.Anomaly.Kind;
import org.quorate.tck.history.Anomaly.Order;

/** Probe for stale reads: one client writes, and when it was answered another one reads. */
final class StaleRead implements Workload {
  private final Session session;
  private final Collection<String> stale = new ConcurrentLinkedQueue<>();

  StaleRead(Session session) {
    this.session = session;
  }

  @Override
  public Future<Boolean> begin(int client, long number) {
    String name = "written/" + client;
    long written = number + 1;
    return session
        .client(client)
        .put(session.key(name), Session.text(written))
        .compose(
            done ->
                session
                    .client(client + 1)
                    .transact(session.level(), tx -> tx.get(session.key(name))))
        .map(
            read -> {
              if (Session.number(read) != written) {
                stale.add(name + ": wrote " + written + ", then read " + read);
              }
              return true;
            })
        .otherwise(false);
  }

  @Override
  public Future<List<Anomaly>> verify() {
    return Future.succeededFuture(
        stale.stream().map(s -> new Anomaly(Kind.G_SINGLE, Order.REAL_TIME, s)).toList());
  }
}
