package org.quorate.tck.history;

/** Nodes 0 to {@code nodes() - 1}, each with numbered edges, some of which may be left out. */
interface Digraph {
  int nodes();

  /** Number of the node's edges, those left out included. */
  int edges(int node);

  /** Where the edge leads, or -1 if it is left out. */
  int target(int node, int edge);
}
