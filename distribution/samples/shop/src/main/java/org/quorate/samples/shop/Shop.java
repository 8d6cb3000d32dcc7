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
  private static final String OFFLINE = "offline";

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
  private volatile Database.Session session; // null before it is online, and when it was refused

  /** Sessions wait at the gate until it is online. */
  Shop(String name, Database database, Gate gate, Consumer<String> says) {
    this.name = name;
    this.database = database;
    this.gate = gate;
    this.says = says;
    shut(OFFLINE);
  }

  /** Stops at a phase until it is told another. */
  synchronized void hold(String phase) {
    hold = phase;
    notifyAll();
  }

  private synchronized void pass(String phase, long id) {
    if (hold.equals(phase)) {
      says.accept("AT " + phase + " " + id);
    }
    while (hold.equals(phase)) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** One order, between whose halves it may hold; none while this process is not online. */
  void sell() {
    Database.Session mine = session;
    if (mine != null) {
      try {
        mine.order(number -> pass("order", number));
      } catch (Database.Ended e) {
        refused(mine);
        says.accept("EVENT order refused: " + e.getMessage());
      }
    }
  }

  /** It may have begun another meanwhile. */
  private synchronized void refused(Database.Session ended) {
    if (session == ended) {
      session = null;
    }
  }

  @Override
  public CompletionStage<String> prepare(Operation o) {
    pass("prepare", o.id());
    for (Map.Entry<String, String> change : o.spec().changes().entrySet()) {
      if ("bad".equals(change.getValue())) {
        throw new IllegalArgumentException(change.getKey() + " has no meaning");
      }
    }
    boolean waits = o.spec().kind().equals(OperationSpec.CUT) || pauses(o);
    boolean over;
    synchronized (this) {
      over = gate.ended(o.id());
      if (!over) {
        (waits ? closed : locked).add(o.id());
      }
    }
    if (over || waits && !shut(o.id())) {
      throw new IllegalStateException("it was given up");
    }
    return CompletableFuture.completedStage("ready");
  }

  private static boolean pauses(Operation o) {
    return o.spec().kind().equals(OperationSpec.PAUSE);
  }

  private boolean shut(Object by) {
    try {
      return gate.close(by);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public CompletionStage<String> execute(Operation o) {
    pass("execute", o.id());
    if (o.spec().kind().equals(OperationSpec.CUT)) {
      for (String process : database.torn(database.positions())) {
        if (!o.answers().containsKey(process)) { // not online: its orders are refused
          database.finish(process);
        }
      }
      Map<String, String> positions = database.positions();
      List<String> torn = database.torn(positions);
      return CompletableFuture.completedStage(
          torn.isEmpty() ? "consistent, " + positions.size() + " positions" : "torn " + torn);
    }
    return CompletableFuture.completedStage("version " + database.alter(o.spec().name(), o.id()));
  }

  @Override
  public CompletionStage<Void> complete(Operation o, Decision decision) {
    pass("complete", o.id());
    if (decision == Decision.COMMITTED && o.spec().changes().containsValue("unloadable " + name)) {
      throw new IllegalStateException(name + " cannot load it");
    }
    refuse(o, decision);
    if (o.spec().kind().equals(OperationSpec.DDL)) {
      refresh();
    }
    if (decision != Decision.ABORTED) {
      synchronized (this) {
        o.spec().changes().forEach(this::set);
      }
    }
    pause();
    end(o);
    return CompletableFuture.completedStage(null);
  }

  private void set(String key, String value) {
    if (value == null) {
      keys.remove(key);
    } else {
      keys.put(key, value);
    }
  }

  private synchronized void end(Operation o) {
    locked.remove(o.id());
    closed.remove(o.id());
    gate.end(o.id());
  }

  /** A statement that was aborted may still be under way somewhere: it changes nothing after this. */
  private void refuse(Operation o, Decision decision) {
    String kind = o.spec().kind();
    boolean statement = kind.equals(OperationSpec.DDL) || kind.equals(OperationSpec.UNKNOWN);
    if (statement && decision == Decision.ABORTED) {
      database.refuse(o.id());
    }
  }

  private void refresh() {
    Map<String, Integer> tables = database.tables();
    synchronized (this) {
      tables.forEach((table, version) -> known.merge(table, version, Math::max));
    }
  }

  /** Sessions want both shards, so a pause of one holds them. */
  private void pause() {
    boolean paused;
    synchronized (this) {
      paused = keys.keySet().stream().anyMatch(k -> k.startsWith(PAUSED));
    }
    if (paused) {
      shut("paused");
    } else {
      gate.open("paused");
    }
  }

  @Override
  public void offline(String why) {
    Set<Long> given;
    synchronized (this) {
      online = false;
      locked.clear();
      given = new HashSet<>(closed);
      closed.clear();
    }
    says.accept("OFFLINE " + why);
    shut(OFFLINE); // who is inside may finish: the lease is still this node's
    given.forEach(gate::open);
  }

  @Override
  public CompletionStage<Void> catchUp(CatchUp state) {
    state.missed().forEach(o -> refuse(o, o.decision()));
    refresh();
    synchronized (this) {
      keys.clear();
      keys.putAll(state.keys());
    }
    pause();
    state.missed().forEach(this::end);
    says.accept("CAUGHT_UP " + state.missed().size());
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void online() {
    Database.Session begun;
    try {
      begun = database.session(name);
    } catch (Database.Ended e) {
      return; // it is told so, and to be online again
    }
    synchronized (this) {
      session = begun;
      online = true;
    }
    gate.open(OFFLINE);
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
