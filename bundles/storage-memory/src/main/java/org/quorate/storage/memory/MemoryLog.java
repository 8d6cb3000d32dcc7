package org.quorate.storage.memory;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;

/** Records with consecutive indexes and a stable record. One loop at a time. */
final class MemoryLog {
  private long first = 1;
  private List<Bytes> records = new ArrayList<>();
  private Bytes stable;

  long first() {
    return first;
  }

  long last() {
    return first + records.size() - 1;
  }

  Bytes stable() {
    return stable;
  }

  void save(Bytes record) {
    stable = record;
  }

  private int at(long index, long max) {
    if (index < first || index > max) {
      throw new IllegalArgumentException("index " + index + " is not in " + first + ".." + max);
    }
    return (int) (index - first);
  }

  void append(long from, List<Bytes> more) {
    records.subList(at(from, last() + 1), records.size()).clear();
    records.addAll(more);
  }

  void reset(long next) {
    if (next < 1) {
      throw new IllegalArgumentException("index " + next);
    }
    first = next;
    records = new ArrayList<>();
  }

  void trim(long newFirst) {
    if (newFirst > first) {
      // A copy, so that the old array does not stay behind a short list.
      int dropped = at(newFirst, last() + 1);
      records = new ArrayList<>(records.subList(dropped, records.size()));
      first = newFirst;
    }
  }

  List<Bytes> read(long from, int maxBytes) {
    int at = at(from, last() + 1);
    List<Bytes> found = new ArrayList<>();
    long bytes = 0;
    for (Bytes record : records.subList(at, records.size())) {
      bytes += record.length();
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(record);
    }
    return found;
  }
}
