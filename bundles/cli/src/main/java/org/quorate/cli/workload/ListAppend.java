package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.quorate.api.Bytes;
import org.quorate.client.KvTransaction;
import org.quorate.tck.history.Anomaly;
import org.quorate.tck.history.HistoryChecker;
import org.quorate.tck.history.Operation;

/** Transactions that read lists and append to them; the whole history is checked for cycles. */
final class ListAppend implements Workload {
  /** Appends after which a list is left alone and the next one begun: reads stay short. */
  private static final long LENGTH = 100;

  private final Session session;
  private final AtomicLong appends = new AtomicLong();

  ListAppend(Session session) {
    this.session = session;
  }

  @Override
  public Future<Boolean> begin(int client, long number) {
    long mixed = Session.mixed(client, number);
    return session.transact(client, (tx, seen) -> operations(tx, seen, mixed, 1 + mixed % 3));
  }

  private String name(long mixed) {
    long generation = appends.get() / (LENGTH * session.keys());
    return generation + "/" + mixed % session.keys();
  }

  private Future<?> operations(KvTransaction tx, List<Operation> seen, long mixed, long left) {
    if (left == 0) {
      return Future.succeededFuture();
    }
    String name = name(mixed / 7);
    return tx.get(session.key(name))
        .compose(
            value -> {
              seen.add(new Operation.ReadList(name, values(value)));
              if (mixed / 3 % 2 == 0) {
                long next = appends.incrementAndGet();
                Bytes item = Bytes.utf8(next + ",");
                tx.put(session.key(name), value == null ? item : value.concat(item));
                seen.add(new Operation.Append(name, next));
              }
              return operations(tx, seen, Session.mixed((int) left, mixed), left - 1);
            });
  }

  private static long[] values(Bytes list) {
    return list == null
        ? new long[0]
        : Arrays.stream(list.utf8().split(",")).mapToLong(Long::parseLong).toArray();
  }

  @Override
  public Future<List<Anomaly>> verify() {
    long generations = appends.get() / (LENGTH * session.keys()) + 1;
    return last(0, generations * session.keys())
        .map(
            done ->
                HistoryChecker.check(List.copyOf(session.history()), session.level(), true)
                    .anomalies());
  }

  /** Reads every list once more. */
  private Future<?> last(long at, long end) {
    if (at == end) {
      return Future.succeededFuture();
    }
    String name = at / session.keys() + "/" + at % session.keys();
    return session
        .transact(
            0,
            (tx, seen) ->
                tx.get(session.key(name))
                    .onSuccess(v -> seen.add(new Operation.ReadList(name, values(v)))))
        .compose(done -> last(at + 1, end));
  }
}
