package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.quorate.tck.history.Anomaly;
import org.quorate.tck.history.HistoryChecker;

/** All clients raise one number by a typed operation: no abort, nothing lost or doubled. */
final class Counter implements Workload {
  private final Session session;
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong unknown = new AtomicLong();

  Counter(Session session) {
    this.session = session;
  }

  @Override
  public Future<Boolean> begin(int client, long number) {
    return session
        .client(client)
        .add(session.key("counter"), 1)
        .transform(
            done -> {
              if (done.succeeded()) {
                acknowledged.incrementAndGet();
              } else if (Session.unknown(done.cause())) {
                unknown.incrementAndGet();
              }
              return Future.succeededFuture(done.succeeded());
            });
  }

  @Override
  public Future<List<Anomaly>> verify() {
    return session
        .client(0)
        .get(session.key("counter"))
        .map(
            entry ->
                HistoryChecker.counter(
                    entry == null ? 0 : Session.number(entry.value()),
                    acknowledged.get(),
                    unknown.get()));
  }
}
