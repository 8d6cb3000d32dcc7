package org.quorate.storage.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StableStore;
import org.quorate.spi.storage.StorageException;

/** A link that is open: the group's loop on one side, the writer's queue on the other. */
final class JournalLink implements LinkStore, LogStore, StableStore {
  private static final int MAX_STABLE_BYTES = 64 << 10;

  private final Journal journal;
  private final LogStream stream;
  private final Executor loop;

  /** As the loop sees it: with all that was issued. */
  private long first;

  private long last;
  private Bytes stable;
  private volatile boolean closed;

  /** What settles together; the writer's, handed over to the loop as a whole. */
  private List<Pending> batch = new ArrayList<>();

  JournalLink(Journal journal, LogStream stream, Executor loop) {
    this.journal = journal;
    this.stream = stream;
    this.loop = loop;
    this.first = stream.first();
    this.last = stream.last();
    this.stable = stream.stable;
  }

  LogStream stream() {
    return stream;
  }

  @Override
  public LogStore log() {
    return this;
  }

  @Override
  public StableStore stable() {
    return this;
  }

  @Override
  public long firstIndex() {
    return first;
  }

  @Override
  public long lastIndex() {
    return last;
  }

  @Override
  public void append(long from, List<Bytes> records, Pending pending) {
    check(from, last + 1);
    Op.Append op = new Op.Append(this, from, List.copyOf(records), pending);
    last = from + records.size() - 1;
    stream.issued(op);
    journal.submit(op);
  }

  @Override
  public void reset(long next, Pending pending) {
    checkOpen();
    if (next < 1) {
      throw new IllegalArgumentException("index " + next);
    }
    Op.Reset op = new Op.Reset(this, next, pending);
    first = next;
    last = next - 1;
    stream.issued(op);
    journal.submit(op);
  }

  @Override
  public void trimPrefix(long newFirst) {
    checkOpen();
    if (newFirst > last + 1) {
      throw new IllegalArgumentException("index " + newFirst + " is beyond " + (last + 1));
    }
    if (newFirst > first) {
      first = newFirst;
      journal.submit(new Op.Trim(stream, newFirst));
    }
  }

  @Override
  public List<Bytes> read(long from, int maxBytes) {
    check(from, last + 1);
    return journal.read(stream, from, last, maxBytes);
  }

  private void check(long index, long max) {
    checkOpen();
    if (index < first || index > max) {
      throw new IllegalArgumentException("index " + index + " is not in " + first + ".." + max);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the log of " + journal.nameOf(stream) + " is closed");
    }
  }

  @Override
  public Bytes load() {
    checkOpen();
    return stable;
  }

  @Override
  public void save(Bytes record, Pending pending) {
    checkOpen();
    if (record.length() > MAX_STABLE_BYTES) {
      throw new IllegalArgumentException(
          "stable record of " + record.length() + " bytes, at most " + MAX_STABLE_BYTES);
    }
    stable = record;
    journal.submit(new Op.Save(this, record, pending));
  }

  /** The writer says: settles with the others of the turn. True for the first of them. */
  boolean settleLater(Pending pending) {
    batch.add(pending);
    return batch.size() == 1;
  }

  /** The writer says: now, all of one fate; one task on the loop. */
  void settle(StorageException failure) {
    List<Pending> settled = batch;
    batch = new ArrayList<>(settled.size());
    try {
      loop.execute(() -> settle(settled, failure));
    } catch (RuntimeException e) {
      closed = true; // a loop that is gone takes no completion, and the other links go on
    }
  }

  private void settle(List<Pending> settled, StorageException failure) {
    for (Pending pending : settled) {
      if (closed) {
        return;
      }
      if (failure == null) {
        pending.complete();
      } else {
        pending.fail(failure);
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      journal.closeLink(this);
    }
  }
}
