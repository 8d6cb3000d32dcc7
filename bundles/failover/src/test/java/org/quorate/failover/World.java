package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.tck.virtual.VirtualNode;
import org.quorate.tck.virtual.VirtualWorld;

/**
 * Processes with a registry each, coordination servers and shards, in virtual time. A process can be
 * killed at its n-th step, frozen or cut off. After every change of keys the registry's promises are
 * checked.
 */
final class World extends VirtualWorld {
  static final Settings SETTINGS = new Settings(1000, 6000, 4, 5000, 10, 1000, 300_000, 900_000);

  final Map<String, Node> nodes = new TreeMap<>();
  final Map<String, Shard> shards = new TreeMap<>();
  final List<String> told = new ArrayList<>();
  final Map<Long, Long> numbers = new TreeMap<>();
  final Map<Long, Phase> phases = new TreeMap<>();

  /** A record that no node can read. */
  Bytes garbage = Bytes.utf8("garbage");

  private final Settings settings;
  private final Map<Long, FailoverRecord> records = new HashMap<>();
  private final Set<Long> unreadable = new HashSet<>();

  World(long seed) {
    this(seed, SETTINGS);
  }

  World(long seed, Settings settings) {
    super(seed);
    this.settings = settings;
    servers.checks.add(this::check);
  }

  final class Node extends VirtualNode {
    Registry registry;
    int handled;
    boolean able = true;

    /** Whether its workers refuse what they are given. */
    boolean refuses;

    /** Whether its loop is closed, after which nothing happens on it. */
    boolean over;

    Node(String name) {
      super(World.this, name);
    }

    Node start() {
      Coordinator coordinator = boot();
      Executor workers = run.process.workers();
      Self self = new Self(name, "10.0.2." + name.substring(1), 1);
      registry =
          new Registry(
              coordinator,
              "fo",
              settings,
              self,
              this,
              task -> {
                if (refuses) {
                  throw new RejectedExecutionException("the pool is full");
                }
                workers.execute(task);
              },
              (kind, text) -> told.add(nowMs() + " " + name + " " + kind + " " + text));
      if (able) {
        Product.handlers(World.this, this).forEach(registry::add);
      }
      registry.start();
      return this;
    }

    /** As the service of a bundle that stops: its loop goes when the registry allows it. */
    void stop() {
      registry.shutdown().thenRun(() -> over = true);
    }

    @Override
    public void execute(Runnable task) {
      if (!over) {
        super.execute(guarded(task));
      }
    }

    @Override
    public void after(long delayMs, Runnable task) {
      if (!over) {
        super.after(delayMs, guarded(task));
      }
    }

    private Runnable guarded(Runnable task) {
      return () -> {
        if (!over) {
          task.run();
        }
      };
    }
  }

  /** Somebody who asks, without being registered. */
  final class Asking extends VirtualNode {
    final Coordinator coordinator = boot();
    final Operators operators = new Operators(coordinator, "fo");

    Asking() {
      super(World.this, "ask");
    }
  }

  Node node(String name) {
    return nodes.computeIfAbsent(name, Node::new);
  }

  /** Starts nodes one after the other, so that they are registered in that order. */
  void start(String... names) {
    for (String name : names) {
      node(name).start();
      run(100);
    }
  }

  Shard shard(String name) {
    return shards.computeIfAbsent(name, n -> new Shard());
  }

  FailoverException.Code refused(CompletionStage<?> stage) {
    return Errors.of(refusal(stage)).code();
  }

  /** A record as it is kept, null if it is gone. */
  FailoverRecord kept(long id) {
    return records.get(id);
  }

  /** No record, content or lock is left. */
  boolean empty() {
    return servers.keys.keySet().stream()
        .noneMatch(
            k ->
                k.startsWith("fo/rec/") || k.startsWith("fo/lock/") || k.startsWith("fo-content/"));
  }

  private void check(List<KeyEvent> events) {
    for (KeyEvent event : events) {
      if (!event.key().startsWith("fo/rec/")) {
        continue;
      }
      long id = Long.parseLong(event.key().substring("fo/rec/".length()));
      FailoverRecord was = records.remove(id);
      unreadable.remove(id);
      if (event.entry() != null && event.entry().value().equals(garbage)) {
        unreadable.add(id);
      } else if (event.entry() != null) {
        FailoverRecord now = RecordCodec.record(id, event.entry().value()).record();
        records.put(id, now);
        numbers.put(id, now.takeover().number());
        phases.put(id, now.takeover().phase());
        changed(was, now);
      }
    }
    servers.keys.forEach(
        (key, entry) -> {
          if (key.startsWith("fo/lock/")) {
            long id = Long.parseLong(entry.value().utf8());
            FailoverRecord holder = records.get(id);
            assertTrue(
                unreadable.contains(id)
                    || holder != null
                        && holder.locks().contains(key.substring("fo/lock/".length())),
                () -> key + " is nobody's: " + this);
          }
        });
  }

  private void changed(FailoverRecord was, FailoverRecord now) {
    if (was == null) {
      assertEquals(0, now.takeover().number());
      return;
    }
    assertTrue(now.state() >= was.state(), () -> "back to state " + now.state() + ": " + this);
    boolean notified =
        now.takeover().phase() == Phase.NOTIFIED && !was.takeover().equals(now.takeover());
    assertEquals(
        was.takeover().number() + (notified ? 1 : 0),
        now.takeover().number(),
        () -> "number of " + now.id() + ": " + this);
    if (notified) {
      String key = "fo/node/" + now.takeover().node().node();
      assertTrue(servers.keys.containsKey(key), () -> key + " was told and is gone: " + this);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("at " + queue.nowUs() / 1000 + " ms\n");
    records.values().forEach(r -> text.append(String.format("%.500s\n", r)));
    told.forEach(t -> text.append(t).append('\n'));
    return text.toString();
  }
}
