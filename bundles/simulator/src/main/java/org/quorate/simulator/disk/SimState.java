package org.quorate.simulator.disk;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.SavedLog;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/** A group's checkpointed state. */
final class SimState implements StateStore {
  private final SimDisk disk;
  private final String file;
  private TreeMap<Bytes, Bytes> content = new TreeMap<>();
  private SavedLog saved;
  private long applied;
  private boolean damaged;

  SimState(SimDisk disk, String file) {
    this.disk = disk;
    this.file = file;
  }

  /** Whether what was decided there is in this state, or the link has ended in it. */
  boolean covers(LogPoint at, long planId) {
    if (saved == null) {
      saved = SavedLog.of(this);
    }
    return saved.point().reaches(at)
        || saved.chain() != null
            && saved.chain().past().stream().anyMatch(p -> p.planId() == planId);
  }

  SimState open() {
    if (damaged) {
      throw disk.corrupt(file);
    }
    return this;
  }

  boolean damage() {
    damaged |= !content.isEmpty();
    return damaged;
  }

  @Override
  public Bytes get(Bytes key) {
    return content.get(key);
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    return new Cursor(
        last -> last == null ? content.ceilingEntry(from) : content.higherEntry(last),
        key -> to == null || key.compareTo(to) < 0);
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    return new Cursor(
        last -> {
          Bytes below = last == null ? to : last;
          return below == null ? content.lastEntry() : content.lowerEntry(below);
        },
        key -> key.compareTo(from) >= 0);
  }

  @Override
  public void commit(StateBatch batch) {
    disk.beforeBlockingWrite(file);
    for (Map.Entry<Bytes, Bytes> change : batch.changes()) {
      if (change.getValue() == StateBatch.DELETED) {
        content.remove(change.getKey());
      } else {
        content.put(change.getKey().copy(), change.getValue().copy());
      }
    }
    applied = batch.applied();
    saved = null;
    disk.afterBlockingWrite(file);
  }

  @Override
  public long applied() {
    return applied;
  }

  @Override
  public void replace(StateCursor replacement, long newApplied) {
    disk.beforeBlockingWrite(file);
    TreeMap<Bytes, Bytes> next = new TreeMap<>();
    while (replacement.next()) {
      next.put(replacement.key().copy(), replacement.value().copy());
    }
    content = next;
    applied = newApplied;
    saved = null;
    disk.replaced(this);
    disk.afterBlockingWrite(file);
  }

  @Override
  public long sizeBytes() {
    return content.size() * 64L;
  }

  @Override
  public void close() {}

  private static final class Cursor implements StateCursor {
    private final Function<Bytes, Map.Entry<Bytes, Bytes>> step;
    private final Function<Bytes, Boolean> within;
    private Map.Entry<Bytes, Bytes> at;
    private boolean ended;

    Cursor(Function<Bytes, Map.Entry<Bytes, Bytes>> step, Function<Bytes, Boolean> within) {
      this.step = step;
      this.within = within;
    }

    @Override
    public boolean next() {
      if (!ended) {
        at = step.apply(at == null ? null : at.getKey());
        ended = at == null || !within.apply(at.getKey());
      }
      return !ended;
    }

    @Override
    public Bytes key() {
      return at.getKey();
    }

    @Override
    public Bytes value() {
      return at.getValue();
    }

    @Override
    public void close() {}
  }
}
