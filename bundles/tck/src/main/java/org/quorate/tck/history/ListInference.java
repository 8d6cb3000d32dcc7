package org.quorate.tck.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.tck.history.Anomaly.Kind;

/**
 * Dependencies of appends and reads of lists. A list tells the order of all writes before it, so a
 * history in which each list is read at its end is known completely.
 */
final class ListInference {
  /** A list as it was before the reader's own appends: the first {@code length} of the values. */
  private record Seen(int reader, long[] values, int length) {}

  private static final class ListKey {
    final Writers writers = new Writers();
    final List<Seen> seen = new ArrayList<>();
    long[] longest = {};
    int longestReader;
  }

  private final Findings findings;
  private final Map<String, ListKey> keys = new TreeMap<>();

  ListInference(Findings findings) {
    this.findings = findings;
  }

  void run() {
    for (int t = 0; t < findings.history.size(); t++) {
      for (Operation operation : findings.history.get(t).operations()) {
        if (operation instanceof Operation.Append append) {
          key(append.key()).writers.wrote(append.key(), append.value(), t);
        }
      }
    }
    for (int t = 0; t < findings.history.size(); t++) {
      if (findings.committed(t)) {
        reads(t);
      }
    }
    keys.forEach(this::judge);
    keys.forEach(this::connect);
  }

  private ListKey key(String name) {
    return keys.computeIfAbsent(name, n -> new ListKey());
  }

  /** Takes the reads of a transaction, without its own appends. */
  private void reads(int transaction) {
    Map<String, List<Long>> appended = new HashMap<>();
    Map<String, Seen> before = new HashMap<>();
    for (Operation operation : findings.history.get(transaction).operations()) {
      if (operation instanceof Operation.Append append) {
        appended.computeIfAbsent(append.key(), k -> new ArrayList<>(2)).add(append.value());
      } else if (operation instanceof Operation.ReadList read) {
        List<Long> own = appended.getOrDefault(read.key(), List.of());
        long[] values = read.values();
        ListKey key = key(read.key());
        if (values.length > key.longest.length) {
          key.longest = values;
          key.longestReader = transaction;
        }
        Seen seen = new Seen(transaction, values, values.length - own.size());
        Seen earlier = before.putIfAbsent(read.key(), seen);
        if (!endsWith(values, own) || earlier != null && !same(earlier, seen)) {
          findings.tell(
              Kind.INTERNAL, findings.text(transaction) + " contradicts itself in " + read);
        } else if (earlier == null) {
          key.seen.add(seen);
        }
      }
    }
  }

  private static boolean endsWith(long[] values, List<Long> own) {
    int from = values.length - own.size();
    for (int i = 0; i < own.size(); i++) {
      if (from < 0 || values[from + i] != own.get(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean same(Seen one, Seen other) {
    return Arrays.equals(one.values, 0, one.length, other.values, 0, other.length);
  }

  /** What is wrong whatever the order of transactions. */
  private void judge(String name, ListKey key) {
    Map<Long, Integer> at = new HashMap<>();
    for (int i = 0; i < key.longest.length; i++) {
      long value = key.longest[i];
      findings.seen(name, value, key.writers.of(value), key.longestReader);
      if (at.putIfAbsent(value, i) != null) {
        findings.tell(
            Kind.DUPLICATE, findings.text(key.longestReader) + " read " + value + " twice");
      }
    }
    for (Seen seen : key.seen) {
      int length = seen.length;
      if (Arrays.mismatch(seen.values, 0, length, key.longest, 0, length) >= 0) {
        incompatible(name, key, seen);
      }
      if (length > 0) {
        long value = seen.values[length - 1];
        int writer = key.writers.of(value);
        if (writer >= 0 && writer != seen.reader && key.writers.last(writer) != value) {
          findings.intermediate(name, value, writer, seen.reader);
        }
      }
    }
  }

  private void incompatible(String name, ListKey key, Seen seen) {
    for (int i = 0; i < seen.length; i++) {
      findings.seen(name, seen.values[i], key.writers.of(seen.values[i]), seen.reader);
    }
    findings.tell(
        Kind.INCOMPATIBLE_ORDER,
        "neither read of "
            + name
            + " is the beginning of the other: "
            + Operation.ReadList.tail(seen.values, seen.length)
            + " and "
            + Operation.ReadList.tail(key.longest, key.longest.length)
            + "\n  "
            + findings.text(seen.reader)
            + "\n  "
            + findings.text(key.longestReader));
  }

  private void connect(String name, ListKey key) {
    Dependencies edges = findings.edges;
    long[] order = key.longest;
    for (int i = 1; i < order.length; i++) {
      edge(key.writers.of(order[i - 1]), key.writers.of(order[i]), Dependencies.WW, name, order[i]);
    }
    Map<Integer, Long> unseen = new TreeMap<>(key.writers.lasts());
    unseen.keySet().removeIf(t -> !findings.committed(t));
    for (long value : order) {
      unseen.remove(key.writers.of(value), value);
    }
    if (order.length > 0) {
      int last = key.writers.of(order[order.length - 1]);
      unseen.forEach((t, value) -> edge(last, t, Dependencies.WW, name, value));
    }
    Map<Integer, Integer> replacedBy = new HashMap<>();
    for (Seen seen : key.seen) {
      if (Arrays.mismatch(seen.values, 0, seen.length, order, 0, seen.length) >= 0) {
        continue;
      }
      if (seen.length > 0) {
        long value = order[seen.length - 1];
        edge(key.writers.of(value), seen.reader, Dependencies.WR, name, value);
      }
      if (seen.length < order.length) {
        long next = order[seen.length];
        edge(seen.reader, key.writers.of(next), Dependencies.RW, name, next);
      } else {
        unseen.forEach((t, value) -> edges.add(seen.reader, t, Dependencies.RW, name, value));
      }
      if (key.writers.last(seen.reader) != null) {
        Integer other = replacedBy.putIfAbsent(seen.length, seen.reader);
        if (other != null) {
          long version = seen.length == 0 ? 0 : order[seen.length - 1];
          findings.lostUpdate(name, version, other, seen.reader);
        }
      }
    }
  }

  private void edge(int from, int to, int type, String key, long value) {
    if (from >= 0 && to >= 0) {
      findings.edges.add(from, to, type, key, value);
    }
  }
}
