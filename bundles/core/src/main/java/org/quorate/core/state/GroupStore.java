package org.quorate.core.state;

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
   */
  private record Layers(Memtable active, Memtable frozen) {}

  private final StateStore store;
  private volatile Layers layers = new Layers(new Memtable(), null);
  private boolean committing;
  private long frozenBytes;
  private long frozenApplied;

  public GroupStore(StateStore store) {
    this.store = store;
  }

  /** The value, or null; it shares an array with others: what is kept for long is copied. */
  public Bytes get(Bytes key) {
    Layers now = layers;
    Bytes value = now.active().get(key);
    if (value == null && now.frozen() != null) {
      value = now.frozen().get(key);
    }
    if (value == null) {
      return store.get(key);
    }
    return value == StateBatch.DELETED ? null : value;
  }

  /** Walks from {@code from} (inclusive) to {@code to} (exclusive, null for the end). */
  public StateCursor scan(Bytes from, Bytes to) {
    Layers now = layers;
    return new MergedCursor(
        now.active().scan(from, to),
        now.frozen() == null ? null : now.frozen().scan(from, to),
        store.scan(from, to),
        false);
  }

  /** Walks the same range backwards. */
  public StateCursor scanReverse(Bytes from, Bytes to) {
    Layers now = layers;
    return new MergedCursor(
        now.active().scanReverse(from, to),
        now.frozen() == null ? null : now.frozen().scanReverse(from, to),
        store.scanReverse(from, to),
        true);
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
    return activeBytes() + frozenBytes;
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
    if (frozen()) {
      throw new IllegalStateException("a checkpoint is under way");
    }
    committing = true;
    layers = new Layers(new Memtable(), layers.active());
    frozenBytes = layers.frozen().bytes();
    frozenApplied = applied;
  }

  /** Makes what was frozen durable; blocks; off the loop. */
  public void commitFrozen(StateBatch.Pace pace) {
    store.commit(new StateBatch(layers.frozen().changes(), frozenApplied, pace));
  }

  /** Gives up what is kept only to be read: the store has it. */
  public void forget() {
    Layers now = layers;
    if (!committing && now.frozen() != null) {
      layers = new Layers(now.active(), null);
    }
  }

  /** Heap of all changes in memory, those included that are kept only to be read. */
  public long heldBytes() {
    Layers now = layers;
    return now.active().bytes() + (now.frozen() == null ? 0 : now.frozen().bytes());
  }

  /** After {@link #commitFrozen}, on the loop: the store has it now. */
  public void thaw() {
    committing = false;
    frozenBytes = 0;
  }

  /** Drops the memtables: the store's content was replaced. */
  public void discard() {
    committing = false;
    layers = new Layers(new Memtable(), null);
    frozenBytes = 0;
  }

  /** The store itself: for snapshots, while no checkpoint is under way. */
  public StateStore store() {
    return store;
  }
}
