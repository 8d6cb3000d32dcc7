package org.quorate.client;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
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
  /** Keys read at once with the first one; and keys that are reserved by whoever loses. */
  static final int FEW = 64;

  private final GroupClient group;
  private final List<Bytes> expected;
  private final Map<Bytes, Future<ReadOutcome>> early = new HashMap<>();
  private final TreeSet<Bytes> readKeys = new TreeSet<>();
  private final List<KeyRange> readRanges = new ArrayList<>();
  private final TreeMap<Bytes, KvCommand> writes = new TreeMap<>();
  private final Isolation level;
  private final ReadLevel beginning;
  private final boolean proposes;
  private Future<Gtid> snapshot;
  private boolean overtaken;
  private boolean stale;
  private volatile boolean foreign;

  /**
   * A run.
   *
   * @param beginning how the snapshot is read
   * @param proposes whether it goes on to the commit even if it will lose: to reserve its keys
   * @param expected what it will read, as far as that is known: it is fetched with the first read
   */
  KvTransaction(
      GroupClient group,
      Isolation level,
      ReadLevel beginning,
      boolean proposes,
      List<Bytes> expected) {
    this.group = group;
    this.expected = expected;
    this.proposes = proposes;
    this.level = level;
    this.beginning = beginning;
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
    Future<ReadOutcome> sent = early.remove(key);
    if (sent == null && !snapshot.isComplete()) {
      sent = read(KvQuery.get(key), beginning);
    }
    Future<ReadOutcome> read = sent;
    return snapshot.compose(
        at ->
            (read != null ? read : read(KvQuery.get(key), new ReadLevel.Causal(at)))
                .compose(outcome -> judged(key, at, outcome)));
  }

  /** The first read is the snapshot: what it sees is the latest of its version. */
  private Future<Bytes> first(Bytes key) {
    Future<ReadOutcome> read = read(KvQuery.get(key), beginning);
    for (Bytes other : expected) {
      if (!other.equals(key)) {
        early.put(other, read(KvQuery.get(other), beginning));
      }
    }
    snapshot = read.compose(KvTransaction::version);
    return read.compose(KvClient::answer).map(KvTransaction::value);
  }

  private Future<ReadOutcome> read(KvQuery query, ReadLevel level) {
    return group
        .read(query.encode(), level)
        .onSuccess(
            outcome -> {
              if (level != ReadLevel.LINEARIZABLE
                  && outcome instanceof ReadOutcome.Unanswered u
                  && u.why() instanceof Outcome.Rejected refused
                  && refused.code() == Outcome.Rejection.UNSUPPORTED) {
                foreign = true; // What the level names is of another history.
              }
            });
  }

  private static Future<Gtid> version(ReadOutcome outcome) {
    return outcome instanceof ReadOutcome.Answered a
        ? Future.succeededFuture(a.gtid())
        : KvClient.answer(outcome).mapEmpty();
  }

  /** What is there now: mostly it is what the snapshot holds, else it has been overtaken. */
  private Future<Bytes> judged(Bytes key, Gtid at, ReadOutcome now) {
    return answer(at, now)
        .compose(
            result -> {
              long read = ((ReadOutcome.Answered) now).gtid().version();
              KvEntry entry = KvClient.as(result, KvResult.GetDone.class).entry();
              boolean unchanged = entry != null && entry.modRevision() <= at.version();
              if (read == at.version() || read > at.version() && unchanged) {
                return Future.succeededFuture(entry == null ? null : entry.value());
              }
              return at(at, new KvQuery.Get(key, at.version()))
                  .map(
                      then -> {
                        Bytes value = value(then);
                        if (read > at.version() && (entry != null || value != null)) {
                          overtaken();
                        }
                        return value;
                      });
            });
  }

  /** What was read behind the snapshot; it has to be of the same history. */
  private Future<KvResult> answer(Gtid at, ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.Answered a && a.gtid().historyId() != at.historyId()) {
      foreign = true;
      return Future.failedFuture(HistoryException.betweenReads(at, a.gtid()));
    }
    return KvClient.answer(outcome);
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

  /** The keys that were read, if they are few. */
  synchronized List<Bytes> keysRead() {
    return readKeys.size() > FEW ? List.of() : List.copyOf(readKeys);
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
      snapshot = read(new KvQuery.Stats(), beginning).compose(KvTransaction::version);
    }
    return snapshot;
  }

  private Future<KvResult> at(Gtid at, KvQuery query) {
    return read(query, new ReadLevel.Causal(at))
        .compose(outcome -> answer(at, outcome))
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

  /** It has met another history than its own before it proposed anything: run again. */
  boolean foreign() {
    return foreign;
  }

  /**
   * Commits; what was only read was read at one moment and needs no commit.
   *
   * @param reserve positions for which its keys are reserved if it loses
   * @param many whether they are reserved even if they are many
   */
  synchronized Future<Outcome> commit(long intent, int reserve, boolean many) {
    if (foreign) { // whatever the closure made of a read that failed
      return Future.failedFuture(new IllegalStateException("met another history"));
    }
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
                        many || readKeys.size() + writes.size() <= FEW ? reserve : 0),
                    group.client().options().operationTimeoutMs()));
  }

  /** Gives reserved keys back without having written: commits nothing, under the same intent. */
  void release(long intent, Gtid newest) {
    group.propose(
        new KvCommand.Txn(List.of(), List.of(), List.of()).encode(),
        new Transaction(
            newest.version(),
            Isolation.SNAPSHOT,
            List.of(Bytes.EMPTY),
            List.of(),
            List.of(),
            intent,
            0),
        group.client().options().operationTimeoutMs());
  }
}
