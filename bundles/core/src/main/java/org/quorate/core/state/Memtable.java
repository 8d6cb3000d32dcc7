package org.quorate.core.state;

import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;

/**
 * Changes by key, in key order, in a few large arrays: an entry has no object of its own for a
 * collector to follow and to copy. Written by one thread; read by any thread beside it. A reader
 * that sees a change sees all that were made before it.
 *
 * <p>What is read shares the arrays: whoever keeps it for long copies it.
 */
final class Memtable {
  /** The word of a deletion. */
  private static final int DELETION = Integer.MAX_VALUE;

  /** One byte in so many may be of values that were replaced; more of them go to the heap. */
  private static final int WASTE_SHARE = 8;

  /** What a value on the heap costs beside its bytes: slot, slice, array. */
  private static final int OWN_OVERHEAD = 48;

  private final Slabs data = new Slabs();
  private final SkipList list = new SkipList(data);
  private final KeyIndex index = new KeyIndex(data, list);

  /** Values that change often, each in an array of its own; a negative word says which. */
  private volatile AtomicReferenceArray<Bytes> own = new AtomicReferenceArray<>(8);

  private int ownCount;
  private long ownBytes;
  private long wasted;

  /** The value, {@link StateBatch#DELETED}, or null if the key was not changed. */
  Bytes get(Bytes key) {
    int node = index.find(key);
    return node == SkipList.HEAD ? null : value(node);
  }

  private Bytes value(int node) {
    int word = list.value(node);
    if (word == DELETION) {
      return StateBatch.DELETED;
    }
    return word < 0 ? own.get(~word) : data.get(word);
  }

  /** Notes a value, or {@link StateBatch#DELETED}; copies it. */
  void put(Bytes key, Bytes value) {
    int node = index.find(key);
    if (node == SkipList.HEAD) {
      index.add(list.insert(key, key.hashCode(), word(value)));
      return;
    }
    int old = list.value(node);
    if (old < 0) {
      ownBytes += value.length() - own.get(~old).length();
      own.set(~old, copy(value));
    } else {
      wasted += old == DELETION ? 0 : data.length(old);
      list.value(node, wasted > data.bytes() / WASTE_SHARE ? ownWord(value) : word(value));
    }
  }

  private int word(Bytes value) {
    return value == StateBatch.DELETED ? DELETION : data.add(value);
  }

  private int ownWord(Bytes value) {
    if (ownCount == own.length()) {
      AtomicReferenceArray<Bytes> wider = new AtomicReferenceArray<>(ownCount * 2);
      for (int i = 0; i < ownCount; i++) {
        wider.setPlain(i, own.getPlain(i));
      }
      own = wider;
    }
    own.set(ownCount, copy(value));
    ownBytes += value.length() + OWN_OVERHEAD;
    return ~ownCount++;
  }

  private static Bytes copy(Bytes value) {
    return value == StateBatch.DELETED ? value : Bytes.wrap(value.toByteArray());
  }

  /** Walks from {@code from} (inclusive) to {@code to} (exclusive, null for the end). */
  StateCursor scan(Bytes from, Bytes to) {
    return new Cursor(list.lower(from)) {
      @Override
      int move(int at) {
        int next = list.next(at);
        return next == SkipList.HEAD || to == null || data.compare(list.key(next), to) < 0
            ? next
            : SkipList.HEAD;
      }
    };
  }

  /** Walks the same range backwards. */
  StateCursor scanReverse(Bytes from, Bytes to) {
    return new Cursor(SkipList.HEAD) {
      private boolean begun;

      @Override
      int move(int at) {
        int next =
            begun ? list.lower(data.get(list.key(at))) : to == null ? list.last() : list.lower(to);
        begun = true;
        return next != SkipList.HEAD && data.compare(list.key(next), from) >= 0
            ? next
            : SkipList.HEAD;
      }
    };
  }

  /** All changes in key order. */
  Iterable<Map.Entry<Bytes, Bytes>> changes() {
    return () ->
        new Iterator<>() {
          private int node = list.next(SkipList.HEAD);

          @Override
          public boolean hasNext() {
            return node != SkipList.HEAD;
          }

          @Override
          public Map.Entry<Bytes, Bytes> next() {
            if (node == SkipList.HEAD) {
              throw new NoSuchElementException();
            }
            Map.Entry<Bytes, Bytes> entry = Map.entry(data.get(list.key(node)), value(node));
            node = list.next(node);
            return entry;
          }
        };
  }

  boolean isEmpty() {
    return list.size() == 0;
  }

  /** Heap that the changes take. */
  long bytes() {
    return isEmpty() ? 0 : data.bytes() + list.bytes() + index.bytes() + ownBytes;
  }

  /** Walks over nodes, deletions included. */
  private abstract class Cursor implements StateCursor {
    private int node;
    private boolean ended;

    Cursor(int start) {
      this.node = start;
    }

    /** The node to go to, or the head at the end. */
    abstract int move(int at);

    @Override
    public boolean next() {
      if (!ended) {
        node = move(node);
        ended = node == SkipList.HEAD;
      }
      return !ended;
    }

    @Override
    public Bytes key() {
      return data.get(list.key(node));
    }

    @Override
    public Bytes value() {
      return Memtable.this.value(node);
    }

    @Override
    public void close() {
      ended = true;
    }
  }
}
