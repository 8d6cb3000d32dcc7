package org.quorate.storage.memory;

import java.util.List;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StableStore;

/** An open link: the log and its loop. */
final class MemoryLink implements LinkStore, LogStore, StableStore {
  private static final int MAX_STABLE_BYTES = 64 << 10;

  private final MemoryLog log;
  private final Executor loop;
  private final Runnable onClose;
  private boolean closed;

  MemoryLink(MemoryLog log, Executor loop, Runnable onClose) {
    this.log = log;
    this.loop = loop;
    this.onClose = onClose;
  }

  private MemoryLog checked() {
    if (closed) {
      throw new IllegalStateException("the log is closed");
    }
    return log;
  }

  private void settle(Pending pending) {
    loop.execute(
        () -> {
          if (!closed) {
            pending.complete();
          }
        });
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
    return checked().first();
  }

  @Override
  public long lastIndex() {
    return checked().last();
  }

  @Override
  public void append(long first, List<Bytes> records, Pending pending) {
    checked().append(first, records);
    settle(pending);
  }

  @Override
  public void reset(long next, Pending pending) {
    checked().reset(next);
    settle(pending);
  }

  @Override
  public void trimPrefix(long first) {
    checked().trim(first);
  }

  @Override
  public List<Bytes> read(long first, int maxBytes) {
    return checked().read(first, maxBytes);
  }

  @Override
  public Bytes load() {
    return checked().stable();
  }

  @Override
  public void save(Bytes record, Pending pending) {
    if (record.length() > MAX_STABLE_BYTES) {
      throw new IllegalArgumentException(
          "stable record of " + record.length() + " bytes, at most " + MAX_STABLE_BYTES);
    }
    checked().save(record);
    settle(pending);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      onClose.run();
    }
  }
}
