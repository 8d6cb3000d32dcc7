package org.quorate.tck.storage;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStore;

/** What a link holds, as a model: slow and obviously right. */
public record LogState(long first, List<Bytes> records, Bytes stable) {
  public static final LogState EMPTY = new LogState(1, List.of(), null);

  public LogState {
    records = List.copyOf(records);
  }

  public long last() {
    return first + records.size() - 1;
  }

  /** The state after an operation. */
  public LogState after(LogOp op) {
    if (op instanceof LogOp.Append append) {
      List<Bytes> changed = new ArrayList<>(records.subList(0, (int) (append.first() - first)));
      changed.addAll(append.records());
      return new LogState(first, changed, stable);
    } else if (op instanceof LogOp.Reset reset) {
      return new LogState(reset.next(), List.of(), stable);
    } else if (op instanceof LogOp.Trim trim) {
      int dropped = (int) Math.max(0, trim.first() - first);
      return new LogState(first + dropped, records.subList(dropped, records.size()), stable);
    } else {
      return new LogState(first, records, ((LogOp.Save) op).record());
    }
  }

  /** What a store holds now. */
  public static LogState of(LinkStore store) {
    LogStore log = store.log();
    List<Bytes> records = new ArrayList<>();
    for (long i = log.firstIndex(); i <= log.lastIndex(); ) {
      List<Bytes> some = log.read(i, 64);
      if (some.isEmpty()) {
        throw new AssertionError("read at " + i + " of " + log.lastIndex() + " returned nothing");
      }
      records.addAll(some);
      i += some.size();
    }
    if (records.size() != log.lastIndex() - log.firstIndex() + 1) {
      throw new AssertionError("read beyond " + log.lastIndex());
    }
    return new LogState(log.firstIndex(), records, store.stable().load());
  }

  /** Whether it is the same but for trimmed records that came back. */
  public boolean isRecoveryOf(LogState expected) {
    if (first > expected.first || last() != expected.last()) {
      return false;
    }
    int back = (int) (expected.first - first);
    return records.subList(back, records.size()).equals(expected.records)
        && (stable == null ? expected.stable == null : stable.equals(expected.stable));
  }
}
