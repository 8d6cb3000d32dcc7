package org.quorate.core.log;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.spi.state.Footprint;
import org.quorate.spi.state.Prepared;
import org.quorate.spi.state.StateMachine;

/**
 * The records that come next, as far as their costly commands touch nothing that a record before
 * them writes: those commands are worked out beside each other, then all records are executed in
 * order. Which worker does what, and when, changes nothing: what a command read is compared with
 * what was written since before its result counts, else it is executed anew at its place.
 */
public final class Ahead {
  private final StateMachine machine;
  private final TreeMap<Long, Rehearsal> rehearsals = new TreeMap<>();
  private final List<Rehearsal> tasks = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final TreeSet<Bytes> written = new TreeSet<>();

  // While it is made.
  private final TreeSet<Bytes> keysBefore = new TreeSet<>();
  private final List<KeyRange> rangesBefore = new ArrayList<>();
  private int records;

  Ahead(StateMachine machine) {
    this.machine = machine;
  }

  /** Whether one before, as far as it was looked at, may write any of these. */
  boolean depends(List<Bytes> keys, List<KeyRange> ranges) {
    for (Bytes key : keys) {
      if (keysBefore.contains(key) || rangesBefore.stream().anyMatch(r -> r.contains(key))) {
        return true;
      }
    }
    for (KeyRange range : ranges) {
      Bytes first = keysBefore.ceiling(range.from());
      if (first != null && range.contains(first)
          || rangesBefore.stream().anyMatch(r -> overlap(r, range))) {
        return true;
      }
    }
    return false;
  }

  private static boolean overlap(KeyRange a, KeyRange b) {
    return (a.to() == null || b.from().compareTo(a.to()) < 0)
        && (b.to() == null || a.from().compareTo(b.to()) < 0);
  }

  /** A command was looked at; what follows may depend on it. */
  void passed(Footprint footprint) {
    if (footprint.writes()) {
      keysBefore.addAll(footprint.keys());
      rangesBefore.addAll(footprint.ranges());
    }
  }

  /** A record was looked at. */
  void passed() {
    records++;
  }

  /** Records looked at: what follows is to be looked at when they are executed. */
  public int records() {
    return records;
  }

  void add(long inner, Rehearsal rehearsal) {
    rehearsals.put(inner, rehearsal);
    tasks.add(rehearsal);
  }

  /** Commands to work out. */
  public int size() {
    return tasks.size();
  }

  /** Works out commands until none is left that nobody has begun. On any number of workers. */
  public void work() {
    int task = next.getAndIncrement();
    while (task < tasks.size()) {
      tasks.get(task).run(machine);
      task = next.getAndIncrement();
    }
  }

  // ---- while the records are executed -------------------------------------------------------

  Prepared take(long inner, Application now) {
    Rehearsal rehearsal = rehearsals.remove(inner);
    return rehearsal == null ? null : rehearsal.result(now, written);
  }

  /** A record has written a key of the state machine's space. */
  void wrote(Bytes key) {
    written.add(key);
  }

  /** Whether the last command that was worked out is behind this index. */
  boolean over(long inner) {
    return rehearsals.isEmpty() || rehearsals.lastKey() <= inner;
  }
}
