package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.engine.Rng;

/** Random operations under random faults; at the end everything is finished, on all shards or none. */
class ChaosTest {
  private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");

  @Test
  void everythingIsFinishedOnce() {
    long takeovers = 0;
    for (long seed = 1; seed <= 60; seed++) {
      takeovers += run(seed);
    }
    assertTrue(takeovers > 100, takeovers + " takeovers: the faults are not what was meant");
  }

  private static long run(long seed) {
    World world = new World(seed);
    Rng rng = new Rng(seed * 31);
    world.start(NODES.toArray(String[]::new));
    world.loss = 0.02;
    for (int round = 0; round < 40; round++) {
      World.Node node = world.node(rng.pick(NODES));
      if (rng.chance(0.3)) {
        heal(world, node);
      }
      if (node.run.process.alive() && !node.run.process.frozen()) {
        String type = rng.pick(List.of("ddl", "dml", "rebalance"));
        new Product(world, node).run(type, "t" + rng.between(0, 9));
        strike(world, node, rng);
      }
      world.run(rng.between(1L, 3000L));
    }
    world.loss = 0;
    NODES.forEach(n -> heal(world, world.node(n)));
    // Work that was refused a lock, or failed, is abandoned with its process.
    world.run(20_000);
    for (String n : NODES) {
      world.node(n).kill();
      world.run(20_000);
      world.start(n);
      world.run(3000);
    }
    world.until("seed " + seed + ": not finished", 400_000, world::empty);
    for (long id : world.numbers.keySet()) {
      long effects = Product.effects(world, id);
      assertTrue(
          effects == 0 || effects == 3,
          () -> "seed " + seed + ", record " + id + ": " + effects + " shards: " + world);
    }
    return world.numbers.values().stream().mapToLong(Long::longValue).sum();
  }

  private static void strike(World world, World.Node node, Rng rng) {
    switch (rng.between(0, 5)) {
      case 0 -> node.killAt = node.steps + rng.between(1, 40);
      case 1 -> {
        world.run(rng.between(0L, 40L));
        node.run.process.freeze();
      }
      case 2 -> {
        world.run(rng.between(0L, 40L));
        node.cut = true;
      }
      default -> world.run(rng.between(0L, 40L));
    }
  }

  private static void heal(World world, World.Node node) {
    node.cut = false;
    if (node.run.process.frozen()) {
      node.run.process.thaw();
    }
    if (!node.run.process.alive()) {
      node.start();
    }
  }
}
