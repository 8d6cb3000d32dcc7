package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.spi.failover.FailoverRecord;

/** Kills a process at its first, second, third … step, until an operation ends before it is killed. */
class CrashAtEachStepTest {
  private static final long LEASE_AND_FIVE_SECONDS = World.SETTINGS.leaseMs() + 5000;

  /** C4.2: whatever it had done, the effect is on all shards or on none. */
  @ParameterizedTest
  @ValueSource(strings = {"ddl", "dml", "rebalance"})
  void ofWhoBegan(String type) {
    int taken = 0;
    Set<Integer> struck = new TreeSet<>();
    for (int step = 1; ; step++) {
      World world = new World(step);
      world.start("n1", "n2", "n3");
      World.Node n3 = world.node("n3");
      n3.killAt = n3.steps + step;
      CompletionStage<Void> run = new Product(world, n3).run(type, "t1");
      world.until("neither ended nor killed", 10_000, () -> ended(run, n3));
      if (n3.run.process.alive()) {
        break;
      }
      world.run(10);
      FailoverRecord left = world.kept(0);
      if (left != null) {
        struck.add(left.state());
      }
      world.until("not finished", LEASE_AND_FIVE_SECONDS, world::empty);
      long number = check(world, 1);
      assertEquals(left == null ? 0 : 1, number, () -> "takeover number: " + world);
      taken += number > 0 ? 1 : 0;
    }
    assertEquals(
        type.equals("rebalance") ? Set.of(0, 1, 2, 4, 5) : Set.of(0, 1, 2, 3), struck, "states");
    assertTrue(taken > 20, taken + " takeovers: the steps are not what was meant");
  }

  /** C4.3: the node that takes over is killed at each of its steps; a third one finishes. */
  @Test
  void ofWhoTakesOver() {
    int twice = 0;
    for (int step = 1; ; step++) {
      World world = new World(1000 + step);
      world.node("n1").able = false;
      world.start("n1", "n2", "n3", "n4");
      World.Node origin = world.node("n4");
      origin.killAt = origin.steps + 9;
      new Product(world, origin).run("dml", "t1");
      world.until("nobody is told", 20_000, () -> world.numbers.containsValue(1L));
      World.Node told = world.node(told(world));
      told.killAt = told.steps + step;
      world.until(
          "neither finished nor killed", 20_000, () -> world.empty() || !told.run.process.alive());
      if (told.run.process.alive()) {
        break;
      }
      world.until("not finished", LEASE_AND_FIVE_SECONDS, world::empty);
      twice += check(world, 2) == 2 ? 1 : 0;
    }
    assertTrue(twice > 10, twice + " second takeovers: the steps are not what was meant");
  }

  /** C4.11: who assigns, and takes over too, is killed at each of its steps. */
  @Test
  void ofWhoAssigns() {
    long again = 0;
    for (int step = 1; step < 120; step++) {
      World world = new World(2000 + step);
      world.start("n1", "n2", "n3");
      World.Node origin = world.node("n3");
      origin.killAt = origin.steps + 40;
      for (int i = 0; i < 5; i++) {
        new Product(world, origin).run("dml", "t" + i);
      }
      world.until("not killed", 5000, () -> !origin.run.process.alive());
      assertTrue(world.told.stream().anyMatch(t -> t.contains("n1 LEADS")));
      World.Node leader = world.node("n1");
      world.run(5000);
      leader.killAt = leader.steps + step;
      world.until("not finished", 60_000, world::empty);
      again += check(world, 2) == 2 ? 1 : 0;
    }
    assertTrue(again > 10, again + " second takeovers: the steps are not what was meant");
  }

  private static boolean ended(CompletionStage<Void> run, World.Node node) {
    return run.toCompletableFuture().isDone() || !node.run.process.alive();
  }

  private static String told(World world) {
    return world.servers.keys.values().stream()
        .filter(k -> k.key().startsWith("fo/rec/"))
        .map(k -> RecordCodec.record(0, k.value()).record().takeover().node().node())
        .findFirst()
        .orElseThrow();
  }

  /** The highest number; all or nothing, and nobody was refused by a shard who had the work. */
  private static long check(World world, long most) {
    long highest = 0;
    for (long id : world.numbers.keySet()) {
      long effects = Product.effects(world, id);
      assertTrue(effects == 0 || effects == 3, () -> effects + " shards: " + world);
      highest = Math.max(highest, world.numbers.get(id));
    }
    assertTrue(highest <= most, "number " + highest + ": " + world);
    assertEquals(
        List.of(0, 0, 0), Product.SHARDS.stream().map(s -> world.shard(s).refused).toList());
    return highest;
  }
}
