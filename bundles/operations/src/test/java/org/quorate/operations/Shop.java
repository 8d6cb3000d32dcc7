package org.quorate.operations;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
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
  private final List<Runnable> hung = new ArrayList<>();
  boolean serving;
  int caughtUp;
  int offline;
  private int era;
  CatchUp last;

  Shop(World world, World.Node node) {
    this.world = world;
    this.node = node;
  }

  /** What a call comes to: the node's fault, if it is one of this phase, once or until it is healed. */
  private <T> CompletionStage<T> does(String phase, Supplier<CompletionStage<T>> work) {
    String[] fault = node.fault.split(" ");
    boolean once = fault[0].equals(phase + "-once");
    if (!once && !fault[0].equals(phase)) {
      return work.get();
    }
    node.fault = once ? "" : node.fault;
    return switch (fault[1]) {
      case "throw" -> throw new IllegalStateException("out of order");
      case "error" -> throw new StackOverflowError("out of order");
      case "fail" -> out();
      case "hang" -> hung(work);
      case "hang-fail" -> hung(this::out);
      case "null" -> null;
      default -> throw new IllegalArgumentException(fault[1]);
    };
  }

  private <T> CompletionStage<T> out() {
    return CompletableFuture.failedStage(new IllegalStateException("out of order"));
  }

  /** Does it when it is released, however late that is. */
  private <T> CompletionStage<T> hung(Supplier<CompletionStage<T>> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    hung.add(
        () ->
            work.get()
                .whenComplete(
                    (value, e) -> {
                      if (e == null) {
                        answer.complete(value);
                      } else {
                        answer.completeExceptionally(e);
                      }
                    }));
    return answer;
  }

  /** Lets the calls go on that hang. */
  void release() {
    List<Runnable> all = List.copyOf(hung);
    hung.clear();
    node.execute(() -> all.forEach(Runnable::run));
  }

  @Override
  public CompletionStage<String> prepare(Operation o) {
    int mine = era;
    return does("prepare", () -> node.call(() -> prepared(o, mine)).thenCompose(this::left));
  }

  /** Who is inside has left. */
  private CompletionStage<String> left(String answer) {
    CompletableFuture<String> left = new CompletableFuture<>();
    look(answer, left);
    return left;
  }

  private void look(String answer, CompletableFuture<String> left) {
    if (node.inside.getAsBoolean()) {
      node.after(10, () -> look(answer, left));
    } else {
      left.complete(answer);
    }
  }

  private String prepared(Operation o, int mine) {
    if (mine != era || over.contains(o.id())) {
      return "too late"; // it was told to complete, or that it is offline, meanwhile
    }
    if (o.spec().kind().equals(OperationSpec.DDL)) {
      locked.put(o.id(), o.spec().name());
    } else if (o.spec().kind().equals(OperationSpec.CUT)) {
      gates.add(o.id());
    }
    return node.said;
  }

  @Override
  public CompletionStage<String> execute(Operation o) {
    return does("execute", () -> node.call(() -> executed(o)));
  }

  private String executed(Operation o) {
    if (o.spec().kind().equals(OperationSpec.CUT)) {
      world.cut(o.id());
      return "position " + world.backend.tables;
    }
    if (!world.backend.apply(o)) {
      throw new IllegalStateException("fenced");
    }
    world.changed();
    return "version " + world.backend.version(o.spec().name());
  }

  @Override
  public CompletionStage<Void> complete(Operation o, Decision decision) {
    over.add(o.id());
    return does("complete", () -> node.call(() -> completed(o, decision)));
  }

  private Void completed(Operation o, Decision decision) {
    if (o.spec().kind().equals(OperationSpec.DDL)) {
      known.put(o.spec().name(), world.backend.version(o.spec().name()));
    }
    locked.remove(o.id());
    gates.remove(o.id());
    if (decision != Decision.ABORTED) {
      o.spec().changes().forEach(this::set);
    }
    return null;
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
    offline++;
    serving = false;
    era++;
    locked.clear();
    gates.clear();
    fails("offline");
  }

  private void fails(String phase) {
    does(phase, () -> CompletableFuture.completedStage(null));
  }

  @Override
  public CompletionStage<Void> catchUp(CatchUp state) {
    return does("catchUp", () -> node.call(() -> caughtUp(state)));
  }

  private Void caughtUp(CatchUp state) {
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
  }

  @Override
  public void online() {
    serving = true;
    fails("online");
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
