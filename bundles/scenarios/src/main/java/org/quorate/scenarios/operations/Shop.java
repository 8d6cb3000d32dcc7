package org.quorate.scenarios.operations;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.quorate.scenarios.Run;
import org.quorate.simulator.client.Scene;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.operations.CatchUp;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Participant;

/**
 * One process of a node of the product: what it knows of tables and configuration, and gates for its
 * sessions. Now and then it fails at what it is told.
 */
final class Shop implements Participant {
  private static final double FAILS = 0.02;

  private final String name;
  private final Run run;
  private final Backend backend;
  private final Scene scene;
  private final Rng rng;
  private final Consumer<Operation> told;
  private final Map<String, Integer> known = new TreeMap<>();
  private final Map<String, String> conf = new TreeMap<>();
  private final Map<Long, String> locked = new TreeMap<>();
  private final Set<Long> gates = new HashSet<>();
  private final Set<Long> over = new HashSet<>();
  private boolean serving;
  private int era;

  /**
   * A new one.
   *
   * @param told hears of each operation that it is to prepare
   */
  Shop(String name, Run run, Backend backend, Scene scene, Rng rng, Consumer<Operation> told) {
    this.name = name;
    this.run = run;
    this.backend = backend;
    this.scene = scene;
    this.rng = rng;
    this.told = told;
    backend.opened(this);
  }

  /** Whether it answers, and knows what time it is. */
  boolean serves() {
    return serving && run.awake();
  }

  boolean gated(long id) {
    return gates.contains(id);
  }

  /** Nothing is kept back any more. */
  boolean free() {
    return locked.isEmpty() && gates.isEmpty();
  }

  private <T> CompletionStage<T> fails() {
    return CompletableFuture.failedStage(new IllegalStateException("out of order"));
  }

  @Override
  public CompletionStage<String> prepare(Operation o) {
    told.accept(o);
    if (rng.chance(FAILS)) {
      return fails();
    }
    int mine = era;
    return run.call(
        () -> {
          if (mine != era || over.contains(o.id())) {
            return "too late"; // it was told to complete, or that it is offline, meanwhile
          }
          if (o.spec().kind().equals(OperationSpec.DDL)) {
            locked.put(o.id(), o.spec().name());
          } else if (o.spec().kind().equals(OperationSpec.CUT)) {
            gates.add(o.id());
          }
          return "ready";
        });
  }

  @Override
  public CompletionStage<String> execute(Operation o) {
    if (rng.chance(FAILS)) {
      return fails();
    }
    return run.call(
        () -> {
          if (o.spec().kind().equals(OperationSpec.CUT)) {
            backend.cut(o.id());
            return "positions " + backend.tables();
          }
          return "version " + backend.apply(o, run);
        });
  }

  @Override
  public CompletionStage<Void> complete(Operation o, Decision decision) {
    over.add(o.id());
    backend.decided(o, decision);
    if (decision == Decision.COMMITTED && rng.chance(FAILS)) {
      return fails();
    }
    return run.call(
        () -> {
          if (o.spec().kind().equals(OperationSpec.DDL)) {
            known.put(o.spec().name(), backend.version(o.spec().name()));
          }
          end(o.id());
          if (decision != Decision.ABORTED) {
            o.spec().changes().forEach(this::set);
          }
          return null;
        });
  }

  private void end(long id) {
    locked.remove(id);
    gates.remove(id);
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
    return run.call(
        () -> {
          if (state.everything()) {
            known.putAll(backend.tables());
          }
          for (Operation o : state.missed()) {
            backend.decided(o, o.decision());
            known.put(o.spec().name(), backend.version(o.spec().name()));
            over.add(o.id());
            end(o.id());
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
    for (Map.Entry<String, Integer> table : backend.tables().entrySet()) {
      boolean behind = known.getOrDefault(table.getKey(), 0) != table.getValue().intValue();
      if (behind && !locked.containsValue(table.getKey())) {
        return table.getKey() + " is " + table.getValue() + ", known " + known;
      }
    }
    return "";
  }

  /** Nothing is under way any more. */
  void judge(Map<String, String> keys) {
    if (!stale().isEmpty()) {
      scene.broken("NobodyServesWhatIsStale", this + ": " + stale());
    }
    if (!conf.equals(keys)) {
      scene.broken("AllHaveTheSameKeys", this + ": " + conf + " instead of " + keys);
    }
  }

  @Override
  public String toString() {
    return name + (serving ? " serves" : " is offline") + ", locked " + locked + " gates " + gates;
  }
}
