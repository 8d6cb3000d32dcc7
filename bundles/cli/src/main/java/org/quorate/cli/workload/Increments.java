package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.quorate.tck.history.Anomaly;
import org.quorate.tck.history.HistoryChecker;
import org.quorate.tck.history.Operation;

/** Probe for lost updates: clients read a few numbers and write them raised by one. */
final class Increments implements Workload {
  private final Session session;
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong unknown = new AtomicLong();

  Increments(Session session) {
    this.session = session;
  }

  @Override
  public Future<Boolean> begin(int client, long number) {
    String name = "n" + Session.mixed(client, number) % session.keys();
    return session
        .transact(
            client,
            (tx, seen) ->
                tx.get(session.key(name))
                    .map(
                        value -> {
                          long next = Session.number(value) + 1;
                          tx.put(session.key(name), Session.text(next));
                          seen.add(new Operation.Read(name, next - 1));
                          seen.add(new Operation.Write(name, next));
                          return next;
                        }))
        .onSuccess(done -> (done ? acknowledged : unknown).incrementAndGet());
  }

  @Override
  public Future<List<Anomaly>> verify() {
    List<Future<Long>> values = new ArrayList<>();
    for (int i = 0; i < session.keys(); i++) {
      values.add(
          session
              .client(0)
              .get(session.key("n" + i))
              .map(entry -> entry == null ? 0L : Session.number(entry.value())));
    }
    return Future.all(values)
        .map(
            all ->
                HistoryChecker.counter(
                    values.stream().mapToLong(Future::result).sum(),
                    acknowledged.get(),
                    unknown.get()));
  }
}
