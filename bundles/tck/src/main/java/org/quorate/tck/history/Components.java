package org.quorate.tck.history;

import java.util.Arrays;

/** Strongly connected components in linear time (Tarjan 1972), without recursion. */
final class Components {
  private Components() {}

  /** The component of each node; nodes on a common cycle have the same. */
  static int[] of(Digraph graph) {
    int nodes = graph.nodes();
    int[] component = new int[nodes];
    int[] index = new int[nodes];
    int[] low = new int[nodes];
    int[] nextEdge = new int[nodes];
    int[] path = new int[nodes];
    int[] open = new int[nodes];
    Arrays.fill(component, -1);
    int found = 0;
    int components = 0;
    int opened = 0;
    for (int root = 0; root < nodes; root++) {
      if (index[root] != 0) {
        continue;
      }
      int depth = 0;
      path[0] = root;
      index[root] = low[root] = ++found;
      open[opened++] = root;
      while (depth >= 0) {
        int node = path[depth];
        if (nextEdge[node] < graph.edges(node)) {
          int to = graph.target(node, nextEdge[node]++);
          if (to >= 0 && index[to] == 0) {
            index[to] = low[to] = ++found;
            open[opened++] = to;
            path[++depth] = to;
          } else if (to >= 0 && component[to] < 0) {
            low[node] = Math.min(low[node], index[to]);
          }
          continue;
        }
        if (low[node] == index[node]) {
          int member;
          do {
            member = open[--opened];
            component[member] = components;
          } while (member != node);
          components++;
        }
        depth--;
        if (depth >= 0) {
          low[path[depth]] = Math.min(low[path[depth]], low[node]);
        }
      }
    }
    return component;
  }
}
