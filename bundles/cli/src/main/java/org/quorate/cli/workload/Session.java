package org.quorate.cli.workload;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiFunction;
import org.quorate.api.Bytes;
import org.quorate.api.Isolation;
import org.quorate.api.Outcome;
import org.quorate.client.KvClient;
import org.quorate.client.KvTransaction;
import org.quorate.client.OutcomeException;
import org.quorate.tck.history.HistoryTransaction;
import org.quorate.tck.history.HistoryTransaction.Status;
import org.quorate.tck.history.Operation;

/**
 * The clients of a workload and what they saw.
 *
 * @param prefix of all keys of this run
 * @param keys how many keys the clients share
 * @param history one entry per transaction that recorded something
 */
record Session(
    List<KvClient> clients,
    String prefix,
    int keys,
    Isolation level,
    Collection<HistoryTransaction> history) {

  Session(List<KvClient> clients, String prefix, int keys, Isolation level) {
    this(clients, prefix, keys, level, new ConcurrentLinkedQueue<>());
  }

  KvClient client(int number) {
    return clients.get(number % clients.size());
  }

  Bytes key(String name) {
    return Bytes.utf8(prefix + name);
  }

  static Bytes text(long number) {
    return Bytes.utf8(Long.toString(number));
  }

  static long number(Bytes value) {
    return value == null ? 0 : Long.parseLong(value.utf8());
  }

  /** A spread number for an operation, the same each time. */
  static long mixed(int client, long number) {
    long z = (client * 1_000_003L + number) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    return (z ^ z >>> 27) >>> 1;
  }

  /** Runs a transaction; true if it was committed. */
  Future<Boolean> transact(int client, BiFunction<KvTransaction, List<Operation>, Future<?>> body) {
    long began = System.nanoTime();
    List<Operation> seen = new ArrayList<>();
    return client(client)
        .transact(
            level,
            tx -> {
              // A run that lost had no effect: only the last one counts.
              seen.clear();
              return body.apply(tx, seen).map(done -> true);
            })
        .transform(
            ended -> {
              Status status =
                  ended.succeeded()
                      ? Status.COMMITTED
                      : unknown(ended.cause()) ? Status.UNKNOWN : Status.ABORTED;
              if (!seen.isEmpty()) {
                history.add(
                    new HistoryTransaction(client, began, System.nanoTime(), status, 0, seen));
              }
              return Future.succeededFuture(ended.succeeded());
            });
  }

  static boolean unknown(Throwable problem) {
    return !(problem instanceof OutcomeException e)
        || e.outcome() instanceof Outcome.Indeterminate
        || e.outcome() instanceof Outcome.Executed;
  }
}
