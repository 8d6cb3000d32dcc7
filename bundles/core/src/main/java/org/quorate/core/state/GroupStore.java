package org.quorate.core.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/**
 * A memtable over the checkpointed state (architecture rule 12). Writes go to the memtable on the
 * group's loop; {@link #freeze} sets it aside and {@link #commitFrozen} makes it durable off the
 * loop, while reads, from any thread, see memtable, frozen memtable and store as one.
 */
public final class GroupStore {
  /**
   * The memtables in force. What was frozen stays readable until the next one is, also when the
   * store has it: a read from memory costs a tenth of one from the store, and what was written
   * lately is read soon. Null before the first checkpoint.
   *
   * @param marked set aside at a mark while an earlier state was still frozen; usually null
   */
  private record Layers(Memtable active, Memtable marked, Memtable frozen) {
    static Layers fresh() {
      return new Layers(new Memtable(), null, null);
    }

    Bytes get(Bytes key) {
      Bytes value = active.get(key);
      if (value == null && marked != null) {
        value = marked.get(key);
      }
      return value == null && frozen != null ? frozen.get(key) : value;
    }

    StateCursor merged(Function<Memtable, StateCursor> scan, StateCursor store, boolean reverse) {
      List<StateCursor> cursors = new ArrayList<>(4);
      cursors.add(scan.apply(active));
      if (marked != null) {
        cursors.add(scan.apply(marked));
      }
      if (frozen != null) {
        cursors.add(scan.apply(frozen));
      }
      cursors.add(store);
      return new MergedCursor(cursors, reverse);
    }

    long bytes() {
      return active.bytes() + bytes(marked) + bytes(frozen);
    }

    static long bytes(Memtable table) {
      return table == null ? 0 : table.bytes();
    }
  }

  private final StateStore store;
  private volatile Layers layers = Layers.fresh();
  private boolean committing;
  private long frozenBytes;
  private long frozenApplied;
  private long markedApplied;

  public GroupStore(StateStore store) {
    this.store = store;
  }

  /** The value, or null; it shares an array with others: what is kept for long is copied. */
  public Bytes get(Bytes key) {
    Bytes value = layers.get(key);
    if (value == null) {
      return store.get(key);
    }
    return value == StateBatch.DELETED ? null : value;
  }

  /** Walks from {@code from} (inclusive) to {@code to} (exclusive, null for the end). */
  public StateCursor scan(Bytes from, Bytes to) {
    return layers.merged(table -> table.scan(from, to), store.scan(from, to), false);
  }

  /** Walks the same range backwards. */
  public StateCursor scanReverse(Bytes from, Bytes to) {
    return layers.merged(table -> table.scanReverse(from, to), store.scanReverse(from, to), true);
  }

  /** Copies key and value. */
  public void put(Bytes key, Bytes value) {
    layers.active().put(key, value);
  }

  public void delete(Bytes key) {
    put(key, StateBatch.DELETED);
  }

  /** Heap of the changes that are in memory and in the log only. */
  public long dirtyBytes() {
    return activeBytes() + Layers.bytes(layers.marked()) + frozenBytes;
  }

  /** Heap of the changes since the last {@link #freeze}. */
  public long activeBytes() {
    return layers.active().bytes();
  }

  /** Whether what was frozen is not in the store yet. */
  public boolean frozen() {
    return committing;
  }

  /** Sets the memtable aside as the state at a position; the one before must be committed. */
  public void freeze(long applied) {
    if (frozen() || marked()) {
      throw new IllegalStateException("a checkpoint is under way");
    }
    mark(applied);
    freezeMarked();
  }

  /** Sets the memtable aside as the state at a position, whatever is under way with an earlier one. */
  public void mark(long applied) {
    if (marked()) {
      throw new IllegalStateException("a state is set aside already");
    }
    layers = new Layers(new Memtable(), layers.active(), layers.frozen());
    markedApplied = applied;
  }

  /** Whether a state is set aside and not frozen yet. */
  public boolean marked() {
    return layers.marked() != null;
  }

  /** Freezes what was set aside; the one before must be committed. */
  public void freezeMarked() {
    if (frozen() || !marked()) {
      throw new IllegalStateException(frozen() ? "a checkpoint is under way" : "nothing marked");
    }
    Layers now = layers;
    committing = true;
    frozenBytes = now.marked().bytes();
    frozenApplied = markedApplied;
    layers = new Layers(now.active(), null, now.marked());
  }

  /** Makes what was frozen durable; blocks; off the loop. */
  public void commitFrozen(StateBatch.Pace pace) {
    store.commit(new StateBatch(layers.frozen().changes(), frozenApplied, pace));
  }

  /** Gives up what is kept only to be read: the store has it. */
  public void forget() {
    Layers now = layers;
    if (!committing && now.frozen() != null) {
      layers = new Layers(now.active(), now.marked(), null);
    }
  }

  /** Heap of all changes in memory, those included that are kept only to be read. */
  public long heldBytes() {
    return layers.bytes();
  }

  /** After {@link #commitFrozen}, on the loop: the store has it now. */
  public void thaw() {
    committing = false;
    frozenBytes = 0;
  }

  /** Drops the memtables: the store's content was replaced. */
  public void discard() {
    committing = false;
    layers = Layers.fresh();
    frozenBytes = 0;
  }

  /** The store itself: for snapshots, while no checkpoint is under way. */
  public StateStore store() {
    return store;
  }
}
