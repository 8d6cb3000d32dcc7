package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Phase;

/**
 * Processes with a registry each, coordination servers and shards, in virtual time. A process can be
 * killed at its n-th step, frozen or cut off. After every change of keys the registry's promises are
 * checked.
 */
final class World {
  static final Settings SETTINGS = new Settings(1000, 6000, 4, 5000, 10, 1000, 300_000);

  final EventQueue queue = new EventQueue();
  final Rng rng;
  final VirtualServers servers = new VirtualServers(queue);
  final Map<String, Node> nodes = new TreeMap<>();
  final Map<String, Shard> shards = new TreeMap<>();
  final List<String> told = new ArrayList<>();
  final Map<Long, Long> numbers = new TreeMap<>();
  final Map<Long, Phase> phases = new TreeMap<>();
  private final Settings settings;
  private final Map<Long, FailoverRecord> records = new HashMap<>();
  double loss;

  World(long seed) {
    this(seed, SETTINGS);
  }

  World(long seed, Settings settings) {
    this.rng = new Rng(seed);
    this.settings = settings;
    servers.checks.add(this::check);
  }

  /** One start of a process. */
  static final class Run {
    final Process process;

    Run(Process process) {
      this.process = process;
    }
  }

  final class Node implements Loop {
    final String name;
    Run run;
    Registry registry;
    boolean cut;
    int steps;
    int killAt = -1;
    int handled;
    boolean able = true;
    Predicate<Transaction> stalls;
    boolean arrived;
    boolean losesAnswer;

    Node(String name) {
      this.name = name;
    }

    Node start() {
      run = new Run(new Process(queue, rng.split(), 100));
      Self self = new Self(name, "10.0.2." + name.substring(1), 1);
      Run mine = run;
      Loop loop = this;
      registry =
          new Registry(
              new VirtualCoordinator(servers, this),
              "fo",
              settings,
              self,
              loop,
              mine.process.workers(),
              (kind, text) ->
                  told.add(queue.nowUs() / 1000 + " " + name + " " + kind + " " + text));
      if (able) {
        Product.handlers(World.this, this).forEach(registry::add);
      }
      registry.start();
      return this;
    }

    /** Counts a step; false if the process was killed by it, or before. */
    boolean step() {
      if (run.process.alive() && ++steps == killAt) {
        kill();
      }
      return run.process.alive();
    }

    void kill() {
      run.process.kill();
    }

    long delayUs() {
      return rng.between(200L, 2000L);
    }

    boolean loses() {
      return rng.chance(loss);
    }

    /** A call to a shard: an answer takes time, and dies with the process. */
    <T> CompletionStage<T> call(Supplier<T> work) {
      CompletableFuture<T> answer = new CompletableFuture<>();
      if (step()) {
        Run mine = run;
        queue.after(
            delayUs(),
            () -> {
              T result = work.get();
              if (mine == run && step()) {
                queue.after(delayUs(), () -> mine.process.run(() -> answer.complete(result)));
              }
            });
      }
      return answer;
    }

    @Override
    public void execute(Runnable task) {
      run.process.loop().execute(task);
    }

    @Override
    public long nowMs() {
      return queue.nowUs() / 1000;
    }

    @Override
    public long wallMs() {
      return 1_700_000_000_000L + nowMs();
    }

    @Override
    public void after(long delayMs, Runnable task) {
      Run mine = run;
      queue.after(Math.max(0, delayMs) * 1000, () -> mine.process.run(task));
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

  void run(long ms) {
    long until = queue.nowUs() + ms * 1000;
    boolean[] over = new boolean[1];
    queue.at(until, () -> over[0] = true);
    while (!over[0]) {
      queue.runNext();
    }
  }

  /** Runs until something holds; fails when it does not in time. */
  void until(String what, long limitMs, BooleanSupplier holds) {
    long end = queue.nowUs() + limitMs * 1000;
    while (!holds.getAsBoolean()) {
      assertTrue(queue.nowUs() < end, () -> what + " after " + limitMs + " ms: " + this);
      queue.runNext();
    }
  }

  <T> T get(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    until("no answer", 60_000, future::isDone);
    return future.join();
  }

  FailoverException.Code refused(CompletionStage<?> stage) {
    CompletableFuture<?> future = stage.toCompletableFuture();
    until("no answer", 60_000, future::isDone);
    assertTrue(future.isCompletedExceptionally(), "it was not refused");
    return Errors.of(future.handle((v, e) -> e).join()).code();
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
      if (event.entry() != null) {
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
            FailoverRecord holder = records.get(Long.parseLong(entry.value().utf8()));
            assertTrue(
                holder != null && holder.locks().contains(key.substring("fo/lock/".length())),
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
    records.values().forEach(r -> text.append(r).append('\n'));
    told.forEach(t -> text.append(t).append('\n'));
    return text.toString();
  }
}
