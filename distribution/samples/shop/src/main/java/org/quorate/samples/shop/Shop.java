package org.quorate.samples.shop;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.quorate.spi.operations.CatchUp;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.Participant;

/** What a node of the shop does in cluster operations. It may be told to hold at a phase. */
final class Shop implements Participant {
  private static final String PAUSED = "conf/migration/pause/";

  private final String name;
  private final Database database;
  private final Gate gate;
  private final Consumer<String> says;
  private final Map<String, Integer> known = new TreeMap<>();
  private final Map<String, String> keys = new TreeMap<>();
  private final Set<Long> locked = new HashSet<>();
  private final Set<Long> closed = new HashSet<>();
  private String hold = "";
  private boolean online;

  Shop(String name, Database database, Gate gate, Consumer<String> says) {
    this.name = name;
    this.database = database;
    this.gate = gate;
    this.says = says;
  }

  /** Stops at a phase, until this process is killed. */
  synchronized void hold(String phase) {
    hold = phase;
  }

  /** Whether it stops here. */
  private synchronized boolean holds(String phase, Operation o) {
    if (!hold.equals(phase)) {
      return false;
    }
    says.accept("AT " + phase + " " + o.id());
    return true;
  }

  @Override
  public CompletionStage<String> prepare(Operation o) {
    if (holds("prepare", o)) {
      return new CompletableFuture<>();
    }
    for (Map.Entry<String, String> change : o.spec().changes().entrySet()) {
      if ("bad".equals(change.getValue())) {
        throw new IllegalArgumentException(change.getKey() + " has no meaning");
      }
    }
    boolean waits = o.spec().kind().equals(OperationSpec.CUT) || pauses(o);
    synchronized (this) {
      (waits ? closed : locked).add(o.id());
    }
    try {
      if (waits && !gate.close(o.id())) {
        throw new IllegalStateException("it was given up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return CompletableFuture.completedStage("ready");
  }

  private static boolean pauses(Operation o) {
    return o.spec().kind().equals(OperationSpec.PAUSE);
  }

  @Override
  public CompletionStage<String> execute(Operation o) {
    if (holds("execute", o)) {
      return new CompletableFuture<>();
    }
    if (o.spec().kind().equals(OperationSpec.CUT)) {
      Map<String, String> positions = database.positions();
      List<String> torn = database.torn(positions);
      return CompletableFuture.completedStage(
          torn.isEmpty() ? "consistent, " + positions.size() + " positions" : "torn " + torn);
    }
    return CompletableFuture.completedStage("version " + database.alter(o.spec().name(), o.id()));
  }

  @Override
  public CompletionStage<Void> complete(Operation o, Decision decision) {
    if (holds("complete", o)) {
      return new CompletableFuture<>();
    }
    if (decision == Decision.COMMITTED && o.spec().changes().containsValue("unloadable " + name)) {
      throw new IllegalStateException(name + " cannot load it");
    }
    if (o.spec().kind().equals(OperationSpec.DDL)) {
      refresh();
    }
    synchronized (this) {
      if (decision != Decision.ABORTED) {
        o.spec().changes().forEach(this::set);
      }
      locked.remove(o.id());
      closed.remove(o.id());
    }
    pause();
    gate.end(o.id());
    return CompletableFuture.completedStage(null);
  }

  private void set(String key, String value) {
    if (value == null) {
      keys.remove(key);
    } else {
      keys.put(key, value);
    }
  }

  private void refresh() {
    Map<String, Integer> tables = database.tables();
    synchronized (this) {
      known.putAll(tables);
    }
  }

  /** Sessions want both shards, so a pause of one holds them. */
  private void pause() {
    boolean paused;
    synchronized (this) {
      paused = keys.keySet().stream().anyMatch(k -> k.startsWith(PAUSED));
    }
    try {
      if (paused) {
        gate.close("paused");
      } else {
        gate.open("paused");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void offline(String why) {
    Set<Long> ended;
    synchronized (this) {
      online = false;
      locked.clear();
      ended = new HashSet<>(closed);
      closed.clear();
    }
    says.accept("OFFLINE " + why);
    try {
      gate.close("offline"); // who is inside may finish: the lease is still this node's
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ended.forEach(gate::open);
  }

  @Override
  public CompletionStage<Void> catchUp(CatchUp state) {
    refresh();
    synchronized (this) {
      keys.clear();
      keys.putAll(state.keys());
      for (Operation o : state.missed()) {
        locked.remove(o.id());
        closed.remove(o.id());
        gate.end(o.id());
      }
    }
    pause();
    says.accept("CAUGHT_UP " + state.missed().size());
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void online() {
    synchronized (this) {
      online = true;
    }
    gate.open("offline");
    says.accept("ONLINE");
  }

  /** What this node knows. */
  synchronized String state() {
    return "STATE "
        + (online ? "online " : "offline ")
        + known
        + " "
        + keys
        + " "
        + locked
        + closed;
  }
}
