package org.quorate.core.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.quorate.api.Bytes;

/**
 * The keys of a memtable in order: a skip list (Pugh 1990) whose nodes are ranges of a few int
 * arrays. Nodes are added and never removed. One writer; other threads may search and walk beside
 * it and see each node from the moment it is linked.
 *
 * <p>A node is the address of its key, a word for its value, the hash of its key, and the next node
 * on each of its levels. Node 0 is the head; as a next node it stands for the end.
 */
final class SkipList {
  private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int LEVELS = 12;
  private static final int KEY = 0;
  private static final int VALUE = 1;
  private static final int HASH = 2;
  private static final int NEXT = 3;

  private static final int OFFSET_BITS = 18;
  private static final int OFFSET_MASK = (1 << OFFSET_BITS) - 1;
  private static final int SMALLEST = 1 << 10;

  /** As a slab of bytes: one region of G1. */
  private static final int LARGEST = (1 << OFFSET_BITS) - 16;

  static final int HEAD = 0;

  private final Slabs keys;
  private final int[] before = new int[LEVELS];
  private int[][] slabs = new int[8][];
  private int count;
  private int used;
  private int nodes;
  private long ints;

  SkipList(Slabs keys) {
    this.keys = keys;
    allocate(NEXT + LEVELS);
  }

  private int allocate(int size) {
    if (count == 0 || slabs[count - 1].length - used < size) {
      if (count == slabs.length) {
        slabs = Arrays.copyOf(slabs, count * 2);
      }
      slabs[count] = new int[Math.max(SMALLEST, LARGEST >> Math.max(0, 8 - count))];
      count++;
      used = 0;
    }
    int node = count - 1 << OFFSET_BITS | used;
    used += size;
    ints += size;
    return node;
  }

  private int get(int node, int field) {
    return slabs[node >>> OFFSET_BITS][(node & OFFSET_MASK) + field];
  }

  private void set(int node, int field, int value) {
    slabs[node >>> OFFSET_BITS][(node & OFFSET_MASK) + field] = value;
  }

  private int acquire(int node, int field) {
    return (int) INT.getAcquire(slabs[node >>> OFFSET_BITS], (node & OFFSET_MASK) + field);
  }

  private void release(int node, int field, int value) {
    INT.setRelease(slabs[node >>> OFFSET_BITS], (node & OFFSET_MASK) + field, value);
  }

  int key(int node) {
    return get(node, KEY);
  }

  int hash(int node) {
    return get(node, HASH);
  }

  /** The word of the value, which may change. */
  int value(int node) {
    return acquire(node, VALUE);
  }

  void value(int node, int word) {
    release(node, VALUE, word);
  }

  int next(int node) {
    return acquire(node, NEXT);
  }

  private boolean isBefore(int node, Bytes key) {
    return node != HEAD && keys.compare(key(node), key) < 0;
  }

  /** The last node before a key, or the head. By the writer or another thread. */
  int lower(Bytes key) {
    int node = HEAD;
    for (int level = LEVELS - 1; level >= 0; level--) {
      node = along(node, level, key);
    }
    return node;
  }

  private int along(int from, int level, Bytes key) {
    int node = from;
    int next = acquire(node, NEXT + level);
    while (isBefore(next, key)) {
      node = next;
      next = acquire(node, NEXT + level);
    }
    return node;
  }

  /** The last node, or the head if there is none. */
  int last() {
    int node = HEAD;
    for (int level = LEVELS - 1; level >= 0; level--) {
      for (int next = acquire(node, NEXT + level); next != HEAD; ) {
        node = next;
        next = acquire(node, NEXT + level);
      }
    }
    return node;
  }

  /** The node of a key, or the head if it has none. */
  int find(Bytes key) {
    int node = next(lower(key));
    return node != HEAD && keys.equal(key(node), key) ? node : HEAD;
  }

  /** Adds a node for a key that has none. */
  int insert(Bytes key, int keyHash, int word) {
    seek(key);
    int height = height();
    int node = allocate(NEXT + height);
    set(node, KEY, keys.add(key));
    set(node, VALUE, word);
    set(node, HASH, keyHash);
    for (int level = 0; level < height; level++) {
      set(node, NEXT + level, get(before[level], NEXT + level));
    }
    for (int level = 0; level < height; level++) {
      release(before[level], NEXT + level, node);
      before[level] = node;
    }
    return node;
  }

  /**
   * Finds the last nodes before a key on each level. It begins where the last insertion was and
   * goes up only as far as it must: keys often come in order.
   */
  private void seek(Bytes key) {
    int level = 0;
    while (level < LEVELS && !around(level, key)) {
      level++;
    }
    int node = level == LEVELS ? HEAD : before[level];
    while (--level >= 0) {
      node = along(node, level, key);
      before[level] = node;
    }
  }

  private boolean around(int level, Bytes key) {
    int node = before[level];
    return (node == HEAD || isBefore(node, key)) && !isBefore(get(node, NEXT + level), key);
  }

  /** One level in four goes on to the next; a function of how many nodes there are. */
  private int height() {
    long mixed = ++nodes * 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ mixed >>> 32) * 0xd6e8feb86659fd93L;
    return Math.min(LEVELS, 1 + Long.numberOfTrailingZeros(mixed ^ mixed >>> 32) / 2);
  }

  int size() {
    return nodes;
  }

  long bytes() {
    return ints * Integer.BYTES;
  }
}
