package org.quorate.tck.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import org.quorate.tck.history.Anomaly.Kind;
import org.quorate.tck.history.Anomaly.Order;

/** Finds a short cycle in each component of the dependencies, the gravest kind first. */
final class CycleSearch {
  /** Cycles told of each kind. */
  private static final int TOLD = 8;

  private static final int WW = 1 << Dependencies.WW;
  private static final int WR = WW | 1 << Dependencies.WR;
  private static final int RW = WR | 1 << Dependencies.RW;

  private final Dependencies edges;
  private final Explanation explanation;
  private final List<Anomaly> found;
  private final List<Integer> reported = new ArrayList<>();

  CycleSearch(Dependencies edges, Explanation explanation, List<Anomaly> found) {
    this.edges = edges;
    this.explanation = explanation;
    this.found = found;
  }

  /** Cycles through this transaction have been told already. */
  void told(int transaction) {
    reported.add(transaction);
  }

  /**
   * Looks for all kinds.
   *
   * @param skew whether cycles that snapshots explain count
   */
  void run(Order order, boolean skew) {
    int extra =
        switch (order) {
          case DATA -> 0;
          case SESSION -> 1 << Dependencies.SESSION;
          case REAL_TIME -> 1 << Dependencies.REAL_TIME;
        };
    if (skew && !any(Components.of(edges.only(RW | extra)), Dependencies.RW, RW | extra)) {
      return;
    }
    plain(Kind.G0, order, WW | extra, Dependencies.WW);
    plain(Kind.G1C, order, WR | extra, Dependencies.WR);
    nonadjacent(order, RW | extra);
    if (skew) {
      plain(Kind.G2, order, RW | extra, Dependencies.RW);
    }
  }

  /** Whether any edge of the mask is inside a component. */
  private boolean any(int[] component, int upTo, int mask) {
    for (int e = 0; e < edges.size(); e++) {
      if (edges.type(e) <= upTo
          && (mask >> edges.type(e) & 1) == 1
          && component[edges.from(e)] == component[edges.to(e)]) {
        return true;
      }
    }
    return false;
  }

  private void plain(Kind kind, Order order, int mask, int characteristic) {
    Digraph graph = edges.only(mask);
    int[] component = Components.of(graph);
    BitSet done = new BitSet();
    reported.forEach(t -> done.set(component[t]));
    int told = 0;
    for (int e = 0; e < edges.size() && told < TOLD; e++) {
      int at = component[edges.from(e)];
      if (edges.type(e) == characteristic && at == component[edges.to(e)] && !done.get(at)) {
        done.set(at);
        tell(kind, order, e, way(graph, edges.to(e), edges.from(e), 1));
        told++;
      }
    }
  }

  private void nonadjacent(Order order, int mask) {
    Digraph graph = edges.nonadjacent(mask);
    int[] component = Components.of(graph);
    BitSet done = new BitSet();
    for (int transaction : reported) {
      done.set(component[2 * transaction]);
      done.set(component[2 * transaction + 1]);
    }
    int told = 0;
    for (int e = 0; e < edges.size() && told < TOLD; e++) {
      int from = 2 * edges.from(e);
      int to = 2 * edges.to(e) + 1;
      int at = component[from];
      if (edges.type(e) == Dependencies.RW && at == component[to] && !done.get(at)) {
        done.set(at);
        List<Integer> back = way(graph, to, from, 2);
        boolean single = back.stream().noneMatch(b -> edges.type(b) == Dependencies.RW);
        tell(single ? Kind.G_SINGLE : Kind.G_NONADJACENT, order, e, back);
        told++;
      }
    }
  }

  private void tell(Kind kind, Order order, int edge, List<Integer> back) {
    List<Integer> cycle = new ArrayList<>(back.size() + 1);
    cycle.add(edge);
    cycle.addAll(back);
    reported.add(edges.from(edge));
    found.add(new Anomaly(kind, order, explanation.cycle(edges, cycle)));
  }

  /** The edges of a shortest way; there is one. */
  private List<Integer> way(Digraph graph, int start, int end, int nodesPerNode) {
    int[] by = new int[graph.nodes()];
    int[] before = new int[graph.nodes()];
    Arrays.fill(before, -1);
    before[start] = start;
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    queue.add(start);
    while (before[end] < 0) {
      int node = queue.remove();
      for (int i = 0; i < graph.edges(node); i++) {
        int to = graph.target(node, i);
        if (to >= 0 && before[to] < 0) {
          before[to] = node;
          by[to] = edges.edge(node / nodesPerNode, i);
          queue.add(to);
        }
      }
    }
    List<Integer> way = new ArrayList<>();
    for (int node = end; node != start; node = before[node]) {
      way.add(by[node]);
    }
    Collections.reverse(way);
    return way;
  }
}
