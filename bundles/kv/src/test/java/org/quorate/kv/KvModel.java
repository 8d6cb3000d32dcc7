package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;

/** What the state machine should do, said naively: a whole copy of the data for every revision. */
final class KvModel {
  /** Why a command was refused. */
  private static final class No extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final KvError error;

    No(KvError error) {
      this.error = error;
    }
  }

  final List<NavigableMap<Bytes, KvEntry>> revisions = new ArrayList<>();
  final List<List<KvEvent>> events = new ArrayList<>();
  final TreeSet<Long> leases = new TreeSet<>();
  long compacted;

  KvModel() {
    revisions.add(new TreeMap<>());
    events.add(List.of());
  }

  long revision() {
    return revisions.size() - 1;
  }

  NavigableMap<Bytes, KvEntry> latest() {
    return revisions.get(revisions.size() - 1);
  }

  /** The expected result; of a refusal the error alone counts. */
  KvResult apply(KvCommand command) {
    long revision = revision() + 1;
    NavigableMap<Bytes, KvEntry> draft = new TreeMap<>(latest());
    KvResult result;
    try {
      result = run(command, draft, revision);
    } catch (No e) {
      draft = latest();
      result = new KvResult.Failed(revision, e.error, "");
    }
    add(draft, revision);
    return result;
  }

  void endLease(long lease) {
    leases.remove(lease);
    NavigableMap<Bytes, KvEntry> draft = new TreeMap<>(latest());
    long revision = revision() + 1;
    draft.values().removeIf(e -> e.lease() == lease);
    List.copyOf(draft.values()).stream()
        .filter(e -> e.lease() == -lease)
        .forEach(e -> put(draft, e.key(), e.value(), 0, revision));
    add(draft, revision);
  }

  private void add(NavigableMap<Bytes, KvEntry> after, long revision) {
    NavigableMap<Bytes, KvEntry> before = latest();
    TreeSet<Bytes> keys = new TreeSet<>(before.keySet());
    keys.addAll(after.keySet());
    List<KvEvent> changed = new ArrayList<>();
    for (Bytes key : keys) {
      KvEntry old = before.get(key);
      KvEntry now = after.get(key);
      if (now == null) {
        changed.add(new KvEvent(KvEvent.Type.DELETE, KvEntry.deleted(key, revision), old));
      } else if (now.modRevision() == revision) {
        changed.add(new KvEvent(KvEvent.Type.PUT, now, old));
      }
    }
    revisions.add(after);
    events.add(changed);
  }

  private KvResult run(KvCommand command, NavigableMap<Bytes, KvEntry> draft, long revision) {
    if (command instanceof KvCommand.Put c) {
      KvEntry old = put(draft, c.key(), c.value(), lease(draft, c.key(), c.lease()), revision);
      return new KvResult.PutDone(revision, c.returnPrevious() ? old : null);
    } else if (command instanceof KvCommand.Delete c) {
      List<KvEntry> old = new ArrayList<>(in(draft, c.keys()));
      old.forEach(e -> draft.remove(e.key()));
      return new KvResult.Deleted(revision, old.size(), c.returnPrevious() ? old : List.of());
    } else if (command instanceof KvCommand.Add c) {
      KvEntry old = draft.get(c.key());
      long sum;
      try {
        sum = Math.addExact(old == null ? 0 : Long.parseLong(old.value().utf8()), c.delta());
      } catch (NumberFormatException e) {
        throw new No(KvError.NOT_A_NUMBER);
      } catch (ArithmeticException e) {
        throw new No(KvError.OVERFLOW);
      }
      if (sum < c.min()) {
        throw new No(KvError.OUT_OF_BOUNDS);
      }
      put(draft, c.key(), Bytes.utf8("" + sum), old == null ? 0 : old.lease(), revision);
      return new KvResult.Added(revision, sum);
    } else if (command instanceof KvCommand.Append c) {
      KvEntry old = draft.get(c.key());
      Bytes value = old == null ? c.value() : old.value().concat(c.value());
      put(draft, c.key(), value, old == null ? 0 : old.lease(), revision);
      return new KvResult.Appended(revision, value.length());
    } else if (command instanceof KvCommand.CompareAndSet c) {
      KvEntry old = draft.get(c.key());
      if (old == null && c.expected() == null || old != null && old.value().equals(c.expected())) {
        put(draft, c.key(), c.value(), old == null ? 0 : old.lease(), revision);
        return new KvResult.Swapped(revision, true, null);
      }
      return new KvResult.Swapped(revision, false, old);
    } else if (command instanceof KvCommand.PutNext c) {
      KvEntry counter = draft.get(c.counter());
      long number;
      try {
        number = counter == null ? 0 : Long.parseLong(counter.value().utf8());
      } catch (NumberFormatException e) {
        throw new No(KvError.NOT_A_NUMBER);
      }
      if (number < 0 || number == Long.MAX_VALUE) {
        throw new No(KvError.OVERFLOW);
      }
      Bytes next = Bytes.utf8("" + (number + 1));
      put(draft, c.counter(), next, counter == null ? 0 : counter.lease(), revision);
      Bytes key = c.prefix().concat(Bytes.utf8(String.format("%010d", number)));
      put(draft, key, c.value(), lease(draft, key, c.lease()), revision);
      return new KvResult.Numbered(revision, key);
    } else if (command instanceof KvCommand.Read c) {
      return read(draft, c.query(), revision);
    } else if (command instanceof KvCommand.Compact c) {
      if (c.revision() > revision || c.revision() <= compacted) {
        throw new No(c.revision() > revision ? KvError.FUTURE_REVISION : KvError.COMPACTED);
      }
      compacted = c.revision();
      return new KvResult.Compacted(revision, compacted);
    }
    KvCommand.Txn txn = (KvCommand.Txn) command;
    boolean held = txn.compares().stream().allMatch(c -> holds(c, draft));
    List<KvResult> results = new ArrayList<>();
    (held ? txn.then() : txn.otherwise()).forEach(c -> results.add(run(c, draft, revision)));
    return new KvResult.TxnDone(revision, held, results);
  }

  private long lease(NavigableMap<Bytes, KvEntry> draft, Bytes key, long asked) {
    if (asked == KvCommand.KEEP_LEASE) {
      return draft.containsKey(key) ? draft.get(key).lease() : 0;
    }
    if (asked != 0 && !leases.contains(Math.abs(asked))) {
      throw new No(KvError.UNKNOWN_LEASE);
    }
    return asked;
  }

  private static KvEntry put(
      NavigableMap<Bytes, KvEntry> draft, Bytes key, Bytes value, long lease, long revision) {
    KvEntry old = draft.get(key);
    long create = old == null ? revision : old.createRevision();
    long version = old == null ? 1 : old.version() + (old.modRevision() == revision ? 0 : 1);
    draft.put(key, new KvEntry(key, value, create, revision, version, lease));
    return old;
  }

  private static boolean holds(Compare compare, NavigableMap<Bytes, KvEntry> data) {
    List<KvEntry> found = in(data, compare.keys());
    return found.isEmpty() ? compare.holdsAbsent() : found.stream().allMatch(compare::holds);
  }

  static List<KvEntry> in(NavigableMap<Bytes, KvEntry> data, KeyRange range) {
    return data.values().stream().filter(e -> range.contains(e.key())).toList();
  }

  /** Data as of a revision, answered. */
  static KvResult read(NavigableMap<Bytes, KvEntry> data, KvQuery query, long revision) {
    if (query instanceof KvQuery.Get get) {
      return new KvResult.GetDone(revision, data.get(get.key()));
    }
    KvQuery.Range range = (KvQuery.Range) query;
    List<KvEntry> found =
        new ArrayList<>(in(range.reverse() ? data.descendingMap() : data, range.keys()));
    if (range.countOnly()) {
      return new KvResult.RangeDone(revision, List.of(), false, found.size());
    }
    boolean more = range.limit() > 0 && found.size() > range.limit();
    List<KvEntry> page = more ? found.subList(0, range.limit()) : found;
    if (range.keysOnly()) {
      page = page.stream().map(KvModel::withoutValue).toList();
    }
    return new KvResult.RangeDone(revision, page, more, page.size());
  }

  /** The names of one level, found by looking at every key. */
  static List<KvResult.NamesDone.Name> names(NavigableMap<Bytes, KvEntry> data, KvQuery.Names q) {
    TreeMap<Bytes, KvResult.NamesDone.Name> names = new TreeMap<>();
    for (Bytes key : data.keySet()) {
      if (key.startsWith(q.prefix()) && key.length() > q.prefix().length()) {
        String rest =
            new String(
                key.from(q.prefix().length()).toByteArray(),
                java.nio.charset.StandardCharsets.ISO_8859_1);
        int end = rest.indexOf(q.separator() & 0xff);
        Bytes name = end < 0 ? key.from(q.prefix().length()) : key.slice(q.prefix().length(), end);
        if (name.compareTo(q.after()) > 0) {
          KvResult.NamesDone.Name old = names.get(name);
          boolean exists = end < 0 || old != null && old.exists();
          names.put(
              name,
              new KvResult.NamesDone.Name(name, exists, end >= 0 || old != null && old.below()));
        }
      }
    }
    return new ArrayList<>(names.values());
  }

  private static KvEntry withoutValue(KvEntry e) {
    return new KvEntry(
        e.key(), Bytes.EMPTY, e.createRevision(), e.modRevision(), e.version(), e.lease());
  }

  /** The state's hash, made anew. */
  long hash() {
    EntryHash hash = new EntryHash();
    return latest().values().stream()
        .mapToLong(
            e ->
                hash.of(
                    e.key(),
                    e.createRevision(),
                    e.modRevision(),
                    e.version(),
                    e.lease(),
                    e.value()))
        .sum();
  }
}
