package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.tck.virtual.VirtualCoordinator;
import org.quorate.tck.virtual.VirtualNode;
import org.quorate.tck.virtual.VirtualWorld;

/** A product of several nodes in virtual time. Whoever serves never knows less than the tables are. */
final class World extends VirtualWorld {
  static final String ROOT = Operators.ROOT;
  static final Settings SETTINGS = new Settings(1000, 6000);

  final Map<String, Node> nodes = new TreeMap<>();
  final Shop.Backend backend = new Shop.Backend();
  final List<String> told = new ArrayList<>();
  int cuts;

  World(long seed) {
    super(seed);
  }

  final class Node extends VirtualNode {
    Operations operations;
    Operators operators;
    VirtualCoordinator coordinator;
    Shop shop;
    String fault = "";

    /** After how long workers take up what they are given, for those of them that are slow. */
    long slowMs;

    /** Until when sessions are inside its gate. */
    BooleanSupplier inside = () -> false;

    /** Whether its loop takes nothing any more. */
    boolean closed;

    String said = "ready";
    String address;

    Node(String name) {
      super(World.this, name);
      address = "10.0.0." + name.substring(1);
    }

    Node start() {
      coordinator = boot();
      shop = new Shop(World.this, this);
      operators = new Operators(coordinator, ROOT);
      operations =
          new Operations(
              coordinator,
              ROOT,
              SETTINGS,
              new Self(name, address),
              shop,
              this,
              this::work,
              (kind, text) -> told.add(nowMs() + " " + name + " " + kind + " " + text));
      operations.start();
      return this;
    }

    @Override
    public void execute(Runnable task) {
      if (!closed) {
        super.execute(task);
      }
    }

    private void work(Runnable task) {
      if (slowMs > 0) {
        after(slowMs, task);
      } else {
        run.process.workers().execute(task);
      }
    }

    boolean alive() {
      return run.process.alive();
    }

    boolean online() {
      return shop.serving && servers.keys.containsKey(ROOT + "/online/" + name);
    }

    CompletionStage<Operation> begin(OperationSpec spec) {
      return operations.run(spec);
    }

    Operation does(OperationSpec spec) {
      return get(operations.run(spec));
    }
  }

  Node node(String name) {
    return nodes.computeIfAbsent(name, Node::new);
  }

  /** Starts nodes and waits until they are online. */
  World start(String... names) {
    for (String name : names) {
      Node node = node(name).start();
      until(name + " is not online", 30_000, node::online);
    }
    return this;
  }

  OperationException.Code refused(CompletionStage<?> stage) {
    return Errors.of(refusal(stage)).code();
  }

  /** Everybody who serves, and is not frozen, knows what was changed. */
  void changed() {
    for (Node n : nodes.values()) {
      if (n.alive() && !n.run.process.frozen() && n.shop.serving) {
        assertEquals("", n.shop.stale(), () -> n.name + " serves: " + this);
      }
    }
  }

  /** Nobody who serves has sessions that commit. */
  void cut(long id) {
    cuts++;
    for (Node n : nodes.values()) {
      if (n.alive() && !n.run.process.frozen() && n.shop.serving) {
        assertTrue(n.shop.gates.contains(id), () -> n.name + " has no gate: " + this);
      }
    }
  }

  /** Nothing under way, and no lock. */
  boolean empty() {
    return servers.locks.isEmpty()
        && servers.keys.keySet().stream()
            .noneMatch(k -> k.startsWith(ROOT + "/op/") || k.startsWith(ROOT + "/lock/"));
  }

  /** After every test: what lists what is under way, and what lists locks, show none. */
  void nothingIsLeft() {
    until("something is left", 120_000, this::empty);
    Node any = nodes.values().stream().filter(Node::alive).findFirst().orElseThrow();
    assertEquals(List.of(), get(any.operators.operations()), this::toString);
    assertEquals(List.of(), get(any.coordinator.locks(Scope.tree(ROOT))), this::toString);
  }

  /** All that live are online, and nothing is left of what was done. */
  void settle() {
    until("not settled", 120_000, this::settled);
    changed();
    Map<String, String> keys = conf();
    for (Node n : nodes.values()) {
      if (n.alive()) {
        assertEquals(keys, n.shop.conf, () -> n.name + ": " + this);
        assertEquals("", n.shop.stale(), () -> n.name + ": " + this);
      }
    }
  }

  /** What the product keeps in keys. */
  Map<String, String> conf() {
    Map<String, String> keys = new TreeMap<>();
    servers.keys.forEach(
        (key, entry) -> {
          if (key.startsWith(ROOT + "/conf/") || key.startsWith(ROOT + "/view/")) {
            keys.put(key.substring(ROOT.length() + 1), entry.value().utf8());
          }
        });
    return keys;
  }

  private boolean settled() {
    return empty()
        && nodes.values().stream()
            .filter(Node::alive)
            .allMatch(n -> n.online() && n.shop.locked.isEmpty() && n.shop.gates.isEmpty());
  }

  /** What was decided, by id. */
  Map<Long, Stored> log() {
    Map<Long, Stored> log = new TreeMap<>();
    for (KeyEntry entry : servers.keys.values()) {
      if (entry.key().startsWith(ROOT + "/op-log/")) {
        Stored s = Codec.operation(entry.value(), entry.modRevision());
        log.put(s.id, s);
      }
    }
    return log;
  }

  /** Writes a key as anybody could. */
  void write(Node by, String key, Bytes value) {
    get(by.coordinator.transact(Transaction.of(new Op.Put(key, value))));
  }

  /** Deletes a key as an operator could. */
  void delete(Node by, String key) {
    get(by.coordinator.transact(Transaction.of(new Op.Delete(key))));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("at " + queue.nowUs() / 1000 + " ms\n");
    servers
        .keys
        .values()
        .forEach(
            k ->
                text.append(k.key())
                    .append(" of ")
                    .append(k.owner())
                    .append(' ')
                    .append(k.value().utf8())
                    .append('\n'));
    text.append(servers.locks.keySet()).append('\n');
    nodes
        .values()
        .forEach(
            n ->
                text.append(n.name)
                    .append(n.alive() ? " lives " : " is dead ")
                    .append(n.shop.serving)
                    .append(n.shop.locked)
                    .append(n.shop.gates)
                    .append('\n'));
    told.forEach(t -> text.append(t).append('\n'));
    return text.toString();
  }
}
