package org.quorate.core.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.quorate.api.Bytes;

/**
 * Finds the node of a key in one or two steps: a hash table with open addressing over the nodes of
 * a {@link SkipList}. Whoever does not find a free place within some steps, keys having been chosen
 * to collide, searches the list instead. One writer, any number of readers.
 */
final class KeyIndex {
  private static final VarHandle INT = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int STEPS = 16;

  private final Slabs keys;
  private final SkipList list;
  private volatile int[] table = new int[64];

  KeyIndex(Slabs keys, SkipList list) {
    this.keys = keys;
    this.list = list;
  }

  private static int place(int hash, int length) {
    int mixed = hash * 0x9e3779b9;
    return (mixed ^ mixed >>> 16) & length - 1;
  }

  /** The node of a key, or the list's head. */
  int find(Bytes key) {
    int hash = key.hashCode();
    int[] now = table;
    int at = place(hash, now.length);
    for (int step = 0; step < STEPS; step++) {
      int node = (int) INT.getAcquire(now, at);
      if (node == SkipList.HEAD) {
        return node;
      }
      if (list.hash(node) == hash && keys.equal(list.key(node), key)) {
        return node;
      }
      at = at + 1 & now.length - 1;
    }
    return list.find(key);
  }

  /** Takes in a node that was added to the list. */
  void add(int node) {
    if (list.size() > table.length / 2) {
      int[] wider = new int[table.length * 2];
      for (int each = list.next(SkipList.HEAD); each != SkipList.HEAD; each = list.next(each)) {
        place(wider, each);
      }
      table = wider;
    } else {
      place(table, node);
    }
  }

  private void place(int[] into, int node) {
    int at = place(list.hash(node), into.length);
    for (int step = 0; step < STEPS; step++) {
      if (into[at] == SkipList.HEAD) {
        INT.setRelease(into, at, node);
        return;
      }
      at = at + 1 & into.length - 1;
    }
  }

  long bytes() {
    return (long) table.length * Integer.BYTES;
  }
}
