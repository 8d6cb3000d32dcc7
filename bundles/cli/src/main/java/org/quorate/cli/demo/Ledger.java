package org.quorate.cli.demo;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvResult;

/**
 * Stands between the load and the cluster and remembers what was acknowledged: for every key the
 * last value, as a hash of 32 bits. Thread-safe.
 */
final class Ledger {
  private final Function<KvCommand, CompletionStage<KvResult>> cluster;
  private final Map<Bytes, Integer> acknowledged = new HashMap<>();
  private long sent;
  private long answered;

  Ledger(Function<KvCommand, CompletionStage<KvResult>> cluster) {
    this.cluster = cluster;
  }

  /** Sends the loader's command, a transaction of put-if-different for each record. */
  CompletionStage<KvResult> submit(KvCommand command) {
    KvCommand.Txn all = (KvCommand.Txn) command;
    synchronized (this) {
      sent += all.then().size();
    }
    return cluster
        .apply(command)
        .thenApply(
            result -> {
              if (result instanceof KvResult.TxnDone) {
                all.then().forEach(each -> acknowledge((KvCommand.Txn) each));
              }
              return result;
            });
  }

  private synchronized void acknowledge(KvCommand.Txn putIfDifferent) {
    KvCommand.Put put = (KvCommand.Put) putIfDifferent.otherwise().get(0);
    acknowledged.put(put.key().copy(), put.value().hashCode());
    answered++;
  }

  synchronized long sent() {
    return sent;
  }

  /** Records acknowledged; a key that comes twice counts twice. */
  synchronized long answered() {
    return answered;
  }

  /** Distinct keys acknowledged. */
  synchronized int keys() {
    return acknowledged.size();
  }

  /** Whether a node holds for a key what was acknowledged last. */
  synchronized boolean matches(Bytes key, Bytes value) {
    Integer hash = acknowledged.get(key);
    return hash != null && hash == value.hashCode();
  }
}
