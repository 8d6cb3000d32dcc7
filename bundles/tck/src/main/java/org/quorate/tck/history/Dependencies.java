package org.quorate.tck.history;

import java.util.Arrays;

/**
 * Why one transaction comes before another: edges with a type, a key and a value. Nodes below the
 * number of transactions are transactions, those above it moments of real time.
 */
final class Dependencies {
  static final int WW = 0;
  static final int WR = 1;
  static final int RW = 2;
  static final int SESSION = 3;
  static final int REAL_TIME = 4;

  private int nodes;
  private int size;
  private int[] from = new int[1024];
  private int[] to = new int[1024];
  private byte[] type = new byte[1024];
  private String[] key = new String[1024];
  private long[] value = new long[1024];
  private int[] first;
  private int[] sorted;

  Dependencies(int transactions) {
    nodes = transactions;
  }

  /** A moment: a node that stands for no transaction. */
  int moment() {
    return nodes++;
  }

  void add(int before, int after, int kind, String of, long number) {
    if (before == after) {
      return;
    }
    if (size == from.length) {
      from = Arrays.copyOf(from, size * 2);
      to = Arrays.copyOf(to, size * 2);
      type = Arrays.copyOf(type, size * 2);
      key = Arrays.copyOf(key, size * 2);
      value = Arrays.copyOf(value, size * 2);
    }
    from[size] = before;
    to[size] = after;
    type[size] = (byte) kind;
    key[size] = of;
    value[size++] = number;
  }

  /** Sorts the edges by where they begin; none is added afterwards. */
  void seal() {
    first = new int[nodes + 1];
    for (int e = 0; e < size; e++) {
      first[from[e] + 1]++;
    }
    for (int n = 0; n < nodes; n++) {
      first[n + 1] += first[n];
    }
    int[] next = Arrays.copyOf(first, nodes);
    sorted = new int[size];
    for (int e = 0; e < size; e++) {
      sorted[next[from[e]]++] = e;
    }
  }

  int size() {
    return size;
  }

  int from(int edge) {
    return from[edge];
  }

  int to(int edge) {
    return to[edge];
  }

  int type(int edge) {
    return type[edge];
  }

  String key(int edge) {
    return key[edge];
  }

  long value(int edge) {
    return value[edge];
  }

  /** The edge of this number that begins at the node. */
  int edge(int node, int number) {
    return sorted[first[node] + number];
  }

  /** The graph of the edges whose types are in the mask. */
  Digraph only(int mask) {
    return new Digraph() {
      @Override
      public int nodes() {
        return nodes;
      }

      @Override
      public int edges(int node) {
        return first[node + 1] - first[node];
      }

      @Override
      public int target(int node, int number) {
        int edge = edge(node, number);
        return (mask >> type[edge] & 1) == 0 ? -1 : to[edge];
      }
    };
  }

  /**
   * The same without ways over two RW edges in a row: node {@code 2n} is n reached by another edge,
   * {@code 2n + 1} is n reached by RW. What is on a cycle here is explained by no snapshot (Cerone
   * and Gotsman, PODC 2016).
   */
  Digraph nonadjacent(int mask) {
    return new Digraph() {
      @Override
      public int nodes() {
        return 2 * nodes;
      }

      @Override
      public int edges(int node) {
        return first[node / 2 + 1] - first[node / 2];
      }

      @Override
      public int target(int node, int number) {
        int edge = edge(node / 2, number);
        boolean rw = type[edge] == RW;
        if ((mask >> type[edge] & 1) == 0 || rw && (node & 1) == 1) {
          return -1;
        }
        return 2 * to[edge] + (rw ? 1 : 0);
      }
    };
  }
}
