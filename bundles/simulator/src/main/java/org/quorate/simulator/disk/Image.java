package org.quorate.simulator.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.quorate.api.Bytes;

/** Content of one link's log and stable record, as issued or as synced. */
final class Image {
  /** A change of it. */
  sealed interface Write {
    /** Records from {@code first} on; those at and after it are replaced. */
    record Append(long first, List<Bytes> records) implements Write {}

    /** The stable record. */
    record Save(Bytes stable) implements Write {}

    /** An empty log that goes on at {@code next}. */
    record Reset(long next) implements Write {}

    /** Records before {@code first} may go. */
    record Trim(long first) implements Write {}
  }

  private final List<Bytes> records = new ArrayList<>();
  private final TreeSet<Long> damaged = new TreeSet<>();
  private long first = 1;
  private Bytes stable;
  private boolean stableDamaged;

  void apply(Write write) {
    if (write instanceof Write.Append append) {
      cut(append.first());
      records.addAll(append.records());
    } else if (write instanceof Write.Save save) {
      stable = save.stable();
      stableDamaged = false;
    } else if (write instanceof Write.Reset reset) {
      records.clear();
      damaged.clear();
      first = reset.next();
    } else if (write instanceof Write.Trim trim && trim.first() > first) {
      long to = Math.min(trim.first(), last() + 1);
      records.subList(0, (int) (to - first)).clear();
      damaged.headSet(to).clear();
      first = to;
    }
  }

  private void cut(long from) {
    if (from < first || from > last() + 1) {
      throw new IllegalArgumentException(
          "append at " + from + " to a log of " + first + ".." + last());
    }
    records.subList((int) (from - first), records.size()).clear();
    damaged.tailSet(from).clear();
  }

  void copyTo(Image other) {
    other.records.clear();
    other.records.addAll(records);
    other.damaged.clear();
    other.damaged.addAll(damaged);
    other.first = first;
    other.stable = stable;
    other.stableDamaged = stableDamaged;
  }

  long first() {
    return first;
  }

  long last() {
    return first + records.size() - 1;
  }

  Bytes record(long index) {
    return records.get((int) (index - first));
  }

  Bytes stable() {
    return stable;
  }

  void damage(long index) {
    damaged.add(index);
  }

  void damageStable() {
    stableDamaged = stable != null;
  }

  boolean stableDamaged() {
    return stableDamaged;
  }

  /** The first damaged record at or after an index; 0 for none. */
  long damagedFrom(long index) {
    Long found = damaged.ceiling(index);
    return found == null ? 0 : found;
  }

  boolean damaged(long index) {
    return damaged.contains(index);
  }

  /** Whether a record holds a payload: that of an index at its end, or any. */
  boolean holds(long index, Bytes payload, boolean thereOnly) {
    if (index >= first && index <= last() && ends(index, payload)) {
      return true;
    }
    for (long i = last(); !thereOnly && i >= first; i--) {
      if (contains(i, payload)) {
        return true;
      }
    }
    return false;
  }

  private boolean ends(long index, Bytes payload) {
    Bytes record = record(index);
    int from = record.length() - payload.length();
    return from >= 0 && record.from(from).equals(payload);
  }

  private boolean contains(long index, Bytes payload) {
    Bytes record = record(index);
    for (int at = record.length() - payload.length(); at >= 0; at--) {
      if (record.slice(at, payload.length()).equals(payload)) {
        return true;
      }
    }
    return false;
  }

  /** Whether another is the same, but that it may still hold records that were trimmed here. */
  boolean covers(Image found) {
    if (found.first > first || found.last() != last() || !Objects.equals(stable, found.stable)) {
      return false;
    }
    for (long i = first; i <= last(); i++) {
      if (!record(i).equals(found.record(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return first + ".." + last() + " and " + stable;
  }
}
