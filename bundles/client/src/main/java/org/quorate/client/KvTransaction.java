package org.quorate.client;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.Transaction;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;

/**
 * One run of a transaction's closure: its reads see one snapshot and its own writes; its writes are
 * kept back until the commit. The first read fixes the snapshot. Reads tell what has changed since:
 * a run that writes and cannot commit any more fails at its next operation. Use from the closure and
 * what it chains only.
 */
public final class KvTransaction {
  private final GroupClient group;
  private final TreeSet<Bytes> readKeys = new TreeSet<>();
  private final List<KeyRange> readRanges = new ArrayList<>();
  private final TreeMap<Bytes, KvCommand> writes = new TreeMap<>();
  private final Isolation level;
  private final ReadLevel beginning;
  private final boolean proposes;
  private Future<Gtid> snapshot;
  private boolean overtaken;
  private boolean stale;

  /**
   * A run.
   *
   * @param atLeast what the snapshot has to contain; null for all that was ever acknowledged
   * @param proposes whether it goes on to the commit even if it will lose: to reserve its keys
   */
  KvTransaction(GroupClient group, Isolation level, Gtid atLeast, boolean proposes) {
    this.group = group;
    this.proposes = proposes;
    this.level = level;
    this.beginning = atLeast == null ? ReadLevel.LINEARIZABLE : new ReadLevel.Causal(atLeast);
  }

  /** The value of a key in the snapshot, or as written by this run; null if there is none. */
  public synchronized Future<Bytes> get(Bytes key) {
    KvCommand written = writes.get(key);
    if (written instanceof KvCommand.Put put) {
      return Future.succeededFuture(put.value());
    }
    if (written != null) {
      return Future.succeededFuture(null);
    }
    readKeys.add(key);
    if (hopeless()) {
      return Future.failedFuture(new IllegalStateException("overtaken by another transaction"));
    }
    if (snapshot == null) {
      return first(key);
    }
    return snapshot.compose(at -> latest(key, at));
  }

  /** The first read is the snapshot: what it sees is the latest of its version. */
  private Future<Bytes> first(Bytes key) {
    Future<ReadOutcome> read = group.read(KvQuery.get(key).encode(), beginning);
    snapshot = read.compose(KvTransaction::version);
    return read.compose(KvClient::answer).map(KvTransaction::value);
  }

  private static Future<Gtid> version(ReadOutcome outcome) {
    return outcome instanceof ReadOutcome.Answered a
        ? Future.succeededFuture(a.gtid())
        : KvClient.answer(outcome).mapEmpty();
  }

  /** Reads what is there now: mostly it is what the snapshot holds, else it has been overtaken. */
  private Future<Bytes> latest(Bytes key, Gtid at) {
    return at(at, KvQuery.get(key))
        .compose(
            now -> {
              KvEntry entry = KvClient.as(now, KvResult.GetDone.class).entry();
              if (entry != null && entry.modRevision() <= at.version()) {
                return Future.succeededFuture(entry.value());
              }
              return at(at, new KvQuery.Get(key, at.version()))
                  .map(
                      then -> {
                        Bytes value = value(then);
                        if (entry != null || value != null) {
                          overtaken();
                        }
                        return value;
                      });
            });
  }

  private static Bytes value(KvResult result) {
    KvEntry entry = KvClient.as(result, KvResult.GetDone.class).entry();
    return entry == null ? null : entry.value();
  }

  private synchronized void overtaken() {
    overtaken = level != Isolation.SNAPSHOT;
  }

  /** Whether it has read what is old by now, and writes: it would lose. */
  private boolean hopeless() {
    if (overtaken && !proposes && !writes.isEmpty()) {
      stale = true;
    }
    return stale;
  }

  /** The snapshot, or null if none was read. */
  synchronized Gtid snapshotTaken() {
    return snapshot != null && snapshot.succeeded() ? snapshot.result() : null;
  }

  /** All of a range in the snapshot, with what this run has written; a page at a time. */
  public synchronized Future<Map<Bytes, Bytes>> range(KeyRange keys) {
    readRanges.add(keys);
    TreeMap<Bytes, Bytes> found = new TreeMap<>();
    return snapshot()
        .compose(
            at -> pages(at, new KvQuery.Range(keys, 0, at.version(), false, false, false), found))
        .map(done -> overlay(keys, found));
  }

  private Future<Void> pages(Gtid at, KvQuery.Range query, Map<Bytes, Bytes> found) {
    return at(at, query)
        .compose(
            result -> {
              KvResult.RangeDone page = KvClient.as(result, KvResult.RangeDone.class);
              page.entries().forEach(e -> found.put(e.key(), e.value()));
              return page.more() ? pages(at, query.after(page), found) : Future.succeededFuture();
            });
  }

  private synchronized Map<Bytes, Bytes> overlay(KeyRange keys, TreeMap<Bytes, Bytes> found) {
    writes.forEach(
        (key, command) -> {
          if (keys.contains(key)) {
            if (command instanceof KvCommand.Put put) {
              found.put(key, put.value());
            } else {
              found.remove(key);
            }
          }
        });
    return found;
  }

  /** Sets a value when the transaction is committed. */
  public synchronized void put(Bytes key, Bytes value) {
    writes.put(key, KvCommand.put(key, value));
  }

  /** Deletes a key when the transaction is committed. */
  public synchronized void delete(Bytes key) {
    writes.put(key, KvCommand.delete(key));
  }

  private Future<Gtid> snapshot() {
    if (snapshot == null) {
      snapshot =
          group.read(new KvQuery.Stats().encode(), beginning).compose(KvTransaction::version);
    }
    return snapshot;
  }

  private Future<KvResult> at(Gtid at, KvQuery query) {
    return group
        .read(query.encode(), new ReadLevel.Causal(at))
        .compose(KvClient::answer)
        .onFailure(
            problem -> {
              if (problem instanceof OutcomeException e
                  && e.outcome() instanceof Outcome.Rejected refused
                  && refused.code() == Outcome.Rejection.COMPACTED) {
                outdated();
              }
            });
  }

  private synchronized void outdated() {
    stale = true;
  }

  /** The run failed for want of a newer snapshot: run again. */
  synchronized boolean stale() {
    return stale;
  }

  /** Commits; what was only read was read at one moment and needs no commit. */
  synchronized Future<Outcome> commit(long intent, int reserve) {
    List<KvCommand> commands = List.copyOf(writes.values());
    if (commands.isEmpty()) {
      Bytes nothing = new KvResult.TxnDone(0, true, List.of()).encode();
      return Future.succeededFuture(new Outcome.Committed(new Gtid(0, 0), 0, nothing));
    }
    if (hopeless()) {
      return Future.failedFuture(new IllegalStateException("overtaken by another transaction"));
    }
    return snapshot()
        .compose(
            at ->
                group.propose(
                    new KvCommand.Txn(List.of(), commands, List.of()).encode(),
                    new Transaction(
                        at.version(),
                        level,
                        List.copyOf(readKeys),
                        readRanges,
                        List.copyOf(writes.keySet()),
                        intent,
                        reserve),
                    group.client().options().operationTimeoutMs()));
  }
}
