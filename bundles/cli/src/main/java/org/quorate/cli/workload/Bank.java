package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.quorate.api.Bytes;
import org.quorate.client.KvTransaction;
import org.quorate.tck.history.Anomaly;
import org.quorate.tck.history.HistoryChecker;
import org.quorate.tck.history.Operation;

/** Transfers between accounts; one transaction in five reads all of them. */
final class Bank implements Workload {
  private static final long EACH = 100;

  private final Session session;
  private final Collection<long[]> balances = new ConcurrentLinkedQueue<>();

  Bank(Session session) {
    this.session = session;
  }

  private Bytes account(long number) {
    return session.key("account/" + number);
  }

  @Override
  public Future<Void> prepare() {
    List<Future<Long>> puts = new ArrayList<>();
    for (int i = 0; i < session.keys(); i++) {
      puts.add(session.client(0).put(account(i), Session.text(EACH)));
    }
    return Future.all(puts).mapEmpty();
  }

  @Override
  public Future<Boolean> begin(int client, long number) {
    long mixed = Session.mixed(client, number);
    if (mixed % 5 == 0) {
      return session.transact(client, (tx, seen) -> all(tx));
    }
    long from = mixed / 5 % session.keys();
    long to = (from + 1 + mixed / 1000 % (session.keys() - 1)) % session.keys();
    long amount = 1 + mixed / 1_000_000 % 5;
    return session.transact(client, (tx, seen) -> transfer(tx, seen, from, to, amount));
  }

  private Future<?> transfer(
      KvTransaction tx, List<Operation> seen, long from, long to, long amount) {
    return tx.get(account(from))
        .compose(
            left ->
                tx.get(account(to))
                    .map(
                        right -> {
                          if (Session.number(left) >= amount) {
                            tx.put(account(from), Session.text(Session.number(left) - amount));
                            tx.put(account(to), Session.text(Session.number(right) + amount));
                          }
                          return true;
                        }));
  }

  private Future<?> all(KvTransaction tx) {
    return read(tx).onSuccess(balances::add);
  }

  private Future<long[]> read(KvTransaction tx) {
    List<Future<Bytes>> values = new ArrayList<>();
    for (int i = 0; i < session.keys(); i++) {
      values.add(tx.get(account(i)));
    }
    return Future.all(values)
        .map(all -> values.stream().mapToLong(v -> Session.number(v.result())).toArray());
  }

  @Override
  public Future<List<Anomaly>> verify() {
    return session
        .client(0)
        .transact(this::read)
        .map(
            last -> {
              balances.add(last);
              return HistoryChecker.bank(List.copyOf(balances), EACH * session.keys(), false);
            });
  }
}
