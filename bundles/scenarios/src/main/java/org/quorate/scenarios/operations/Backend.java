package org.quorate.scenarios.operations;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.scenarios.Run;
import org.quorate.simulator.client.Scene;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationSpec;

/** The tables of the product, which survive every node, and what must hold of all nodes together. */
final class Backend {
  private record Attempt(long id, int number) {}

  private final Scene scene;
  private final List<Shop> shops = new ArrayList<>();
  private final Map<String, Integer> tables = new TreeMap<>();
  private final Map<Long, Integer> highest = new HashMap<>();
  private final Map<Attempt, Run> doers = new HashMap<>();
  private final Set<Long> applied = new HashSet<>();
  private final Map<Long, Decision> decisions = new TreeMap<>();
  private final Set<Long> committed = new TreeSet<>();

  Backend(Scene scene) {
    this.scene = scene;
  }

  /** A shop opens: a node has one for each of its processes. */
  void opened(Shop shop) {
    shops.add(shop);
  }

  Map<String, Integer> tables() {
    return tables;
  }

  int version(String table) {
    return tables.getOrDefault(table, 0);
  }

  /** Applies a statement once, for the highest attempt that it has heard of. */
  int apply(Operation o, Run by) {
    Run other = doers.putIfAbsent(new Attempt(o.id(), o.attempt()), by);
    if (other != null && other != by) {
      scene.broken("AnAttemptIsMadeByOne", o.id() + ", attempt " + o.attempt());
    }
    if (o.attempt() < highest.merge(o.id(), o.attempt(), Math::max)) {
      throw new IllegalStateException("fenced");
    }
    if (applied.add(o.id())) {
      tables.merge(o.spec().name(), 1, Integer::sum);
    }
    for (Shop shop : shops) {
      String stale = shop.stale();
      if (shop.serves() && !stale.isEmpty()) {
        scene.broken("NobodyServesWhatIsStale", shop + " after operation " + o.id() + ": " + stale);
      }
    }
    return version(o.spec().name());
  }

  /** Nobody who serves has sessions that commit. */
  void cut(long id) {
    for (Shop shop : shops) {
      if (shop.serves() && !shop.gated(id)) {
        scene.broken("NoCutFindsAnOpenGate", shop + ", operation " + id);
      }
    }
  }

  /** Somebody is told what was decided. */
  void decided(Operation o, Decision decision) {
    Decision before = decisions.put(o.id(), decision);
    if (before != null && (before == Decision.ABORTED) != (decision == Decision.ABORTED)) {
      scene.broken("OneOutcome", o.id() + " is " + before + " and " + decision);
    }
    if (decision == Decision.COMMITTED && o.spec().kind().equals(OperationSpec.DDL)) {
      committed.add(o.id());
    }
  }

  /** Nothing is under way any more, and all are online. */
  void judge(Map<String, String> keys) {
    for (long id : committed) {
      if (!applied.contains(id)) {
        scene.broken("WhatIsCommittedIsDone", "operation " + id);
      }
    }
    for (Shop shop : shops) {
      if (shop.serves()) {
        shop.judge(keys);
      }
    }
  }
}
