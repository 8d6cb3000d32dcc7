package org.quorate.tck.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.quorate.tck.history.HistoryTransaction.Status;

/** Runs random transactions of clients that overlap, under a rule of isolation. */
final class Executor {
  enum Rule {
    /** First committer wins on what was read or written. */
    SERIALIZABLE,
    /** First committer wins on what was written. */
    SNAPSHOT,
    /** Everything commits. */
    NONE
  }

  private static final class Running {
    long began;
    long version;
    final List<Operation> operations = new ArrayList<>();
    final Map<String, List<Long>> appended = new TreeMap<>();
    final Map<String, Boolean> read = new TreeMap<>();
  }

  private final Random random;
  private final Rule rule;
  private final Map<String, TreeMap<Long, long[]>> versions = new HashMap<>();
  private long time;
  private long version;
  private long next = 1;

  Executor(long seed, Rule rule) {
    this.random = new Random(seed);
    this.rule = rule;
  }

  /** Ends with a transaction that reads all keys. */
  List<HistoryTransaction> run(int transactions, int clients, int keys) {
    List<HistoryTransaction> history = new ArrayList<>();
    Running[] running = new Running[clients];
    while (history.size() < transactions) {
      int client = random.nextInt(clients);
      time++;
      if (running[client] == null) {
        running[client] = begin();
      } else if (random.nextInt(3) > 0) {
        operation(running[client], "k" + random.nextInt(keys));
      } else {
        history.add(end(client, running[client]));
        running[client] = null;
      }
    }
    Running last = begin();
    for (int key = 0; key < keys; key++) {
      last.operations.add(new Operation.ReadList("k" + key, read("k" + key, version)));
    }
    time++;
    history.add(end(clients, last));
    return history;
  }

  private Running begin() {
    Running begun = new Running();
    begun.began = time;
    begun.version = version;
    return begun;
  }

  private long[] read(String key, long at) {
    Map.Entry<Long, long[]> found = versions.getOrDefault(key, new TreeMap<>()).floorEntry(at);
    return found == null ? new long[0] : found.getValue();
  }

  private static long[] joined(long[] list, List<Long> more) {
    long[] all = Arrays.copyOf(list, list.length + more.size());
    for (int i = 0; i < more.size(); i++) {
      all[list.length + i] = more.get(i);
    }
    return all;
  }

  private void operation(Running running, String key) {
    if (random.nextBoolean()) {
      running.read.put(key, true);
      List<Long> own = running.appended.getOrDefault(key, List.of());
      running.operations.add(new Operation.ReadList(key, joined(read(key, running.version), own)));
    } else {
      running.appended.computeIfAbsent(key, k -> new ArrayList<>()).add(next);
      running.operations.add(new Operation.Append(key, next++));
    }
  }

  private HistoryTransaction end(int client, Running running) {
    Status status = Status.COMMITTED;
    for (String key : running.appended.keySet()) {
      status = rule != Rule.NONE && changed(key, running) ? Status.ABORTED : status;
    }
    for (String key : running.read.keySet()) {
      status = rule == Rule.SERIALIZABLE && changed(key, running) ? Status.ABORTED : status;
    }
    if (status == Status.COMMITTED) {
      version++;
      running.appended.forEach(
          (key, more) ->
              versions
                  .computeIfAbsent(key, k -> new TreeMap<>())
                  .put(version, joined(read(key, version), more)));
    }
    return new HistoryTransaction(client, running.began, time, status, version, running.operations);
  }

  private boolean changed(String key, Running running) {
    TreeMap<Long, long[]> known = versions.get(key);
    return known != null && known.lastKey() > running.version;
  }
}
