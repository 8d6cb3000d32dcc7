package org.quorate.operations;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.operations.CatchUp;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Participant;

/** A node of a product: what it knows of tables and configuration, and gates for its sessions. */
final class Shop implements Participant {
  /** The tables themselves, which survive every node. */
  static final class Backend {
    final Map<String, Integer> tables = new TreeMap<>();
    final Map<Long, Integer> attempts = new HashMap<>();
    final Set<Long> applied = new HashSet<>();

    int version(String table) {
      return tables.getOrDefault(table, 0);
    }

    /** Applies a statement once, for the highest attempt that it has heard of. */
    boolean apply(Operation o) {
      if (o.attempt() < attempts.getOrDefault(o.id(), 0)) {
        return false;
      }
      attempts.put(o.id(), o.attempt());
      if (applied.add(o.id())) {
        tables.merge(o.spec().name(), 1, Integer::sum);
      }
      return true;
    }
  }

  private final World world;
  private final World.Node node;
  final Map<String, Integer> known = new TreeMap<>();
  final Map<String, String> conf = new TreeMap<>();
  final Map<Long, String> locked = new TreeMap<>();
  final Set<Long> gates = new HashSet<>();
  private final Set<Long> over = new HashSet<>();
  boolean serving;
  int caughtUp;
  private int era;
  CatchUp last;

  Shop(World world, World.Node node) {
    this.world = world;
    this.node = node;
  }

  private <T> CompletionStage<T> misbehaved(String phase) {
    String how = node.fault.startsWith(phase) ? node.fault.substring(phase.length() + 1) : "";
    return switch (how) {
      case "throw" -> throw new IllegalStateException("out of order");
      case "fail" -> CompletableFuture.failedStage(new IllegalStateException("out of order"));
      case "hang" -> new CompletableFuture<>();
      case "null" -> null;
      default -> throw new IllegalArgumentException(how);
    };
  }

  private boolean misbehaves(String phase) {
    return node.fault.startsWith(phase + " ");
  }

  @Override
  public CompletionStage<String> prepare(Operation o) {
    if (misbehaves("prepare")) {
      return misbehaved("prepare");
    }
    int mine = era;
    return node.call(
        () -> {
          if (mine != era || over.contains(o.id())) {
            return "too late"; // it was told to complete, or that it is offline, meanwhile
          }
          if (o.spec().kind().equals(OperationSpec.DDL)) {
            locked.put(o.id(), o.spec().name());
          } else if (o.spec().kind().equals(OperationSpec.CUT)) {
            gates.add(o.id());
          }
          return node.said;
        });
  }

  @Override
  public CompletionStage<String> execute(Operation o) {
    if (misbehaves("execute")) {
      return misbehaved("execute");
    }
    return node.call(
        () -> {
          if (o.spec().kind().equals(OperationSpec.CUT)) {
            world.cut(o.id());
            return "position " + world.backend.tables;
          }
          if (!world.backend.apply(o)) {
            throw new IllegalStateException("fenced");
          }
          world.changed();
          return "version " + world.backend.version(o.spec().name());
        });
  }

  @Override
  public CompletionStage<Void> complete(Operation o, Decision decision) {
    over.add(o.id());
    if (misbehaves("complete")) {
      return misbehaved("complete");
    }
    if (misbehaves("complete-once")) {
      String fault = node.fault;
      node.fault = "complete " + fault.substring("complete-once ".length());
      try {
        return misbehaved("complete");
      } finally {
        node.fault = "";
      }
    }
    return node.call(
        () -> {
          if (o.spec().kind().equals(OperationSpec.DDL)) {
            known.put(o.spec().name(), world.backend.version(o.spec().name()));
          }
          locked.remove(o.id());
          gates.remove(o.id());
          if (decision != Decision.ABORTED) {
            o.spec().changes().forEach(this::set);
          }
          return null;
        });
  }

  private void set(String key, String value) {
    if (value == null) {
      conf.remove(key);
    } else {
      conf.put(key, value);
    }
  }

  @Override
  public void offline(String why) {
    serving = false;
    era++;
    locked.clear();
    gates.clear();
  }

  @Override
  public CompletionStage<Void> catchUp(CatchUp state) {
    if (misbehaves("catchUp")) {
      return misbehaved("catchUp");
    }
    return node.call(
        () -> {
          caughtUp++;
          last = state;
          if (state.everything()) {
            known.putAll(world.backend.tables);
          }
          for (Operation o : state.missed()) {
            known.put(o.spec().name(), world.backend.version(o.spec().name()));
            over.add(o.id());
            locked.remove(o.id());
            gates.remove(o.id());
          }
          conf.clear();
          conf.putAll(state.keys());
          return null;
        });
  }

  @Override
  public void online() {
    serving = true;
  }

  /** What it would answer wrongly, empty if nothing. */
  String stale() {
    for (Map.Entry<String, Integer> table : world.backend.tables.entrySet()) {
      boolean behind = known.getOrDefault(table.getKey(), 0) != table.getValue().intValue();
      if (behind && !locked.containsValue(table.getKey())) {
        return table.getKey() + " is " + table.getValue() + ", known " + known;
      }
    }
    return "";
  }
}
