package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.OperationSpec.Timeouts;

/** Random operations under random faults: each has one outcome, and at the end nothing is left. */
class ChaosTest {
  private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");
  private static final List<String> KINDS =
      List.of("ddl", "ddl", "reload", "view", "drop", "pause", "cut");

  @Test
  void everythingEndsWithOneOutcome() {
    Map<Decision, Integer> decided = new EnumMap<>(Decision.class);
    for (long seed = 1; seed <= 60; seed++) {
      run(seed, decided);
    }
    assertTrue(decided.getOrDefault(Decision.COMMITTED, 0) > 300, decided::toString);
    assertTrue(decided.getOrDefault(Decision.ABORTED, 0) > 100, decided::toString);
    assertTrue(decided.getOrDefault(Decision.ROLLED_BACK, 0) > 10, decided::toString);
  }

  private static void run(long seed, Map<Decision, Integer> decided) {
    World world = new World(seed);
    Rng rng = new Rng(seed * 31);
    world.start(NODES.toArray(String[]::new));
    world.loss = 0.02;
    for (int round = 0; round < 40; round++) {
      World.Node node = world.node(rng.pick(NODES));
      if (rng.chance(0.5)) {
        heal(world.node(rng.pick(NODES)));
      }
      if (node.alive() && !node.run.process.frozen()) {
        OperationSpec spec =
            CrashAtEachStepTest.spec(rng.pick(KINDS))
                .withTimeouts(new Timeouts(rng.between(0L, 5000L), 4000, 4000, 4000));
        node.begin(spec);
      }
      strike(world, world.node(rng.pick(NODES)), rng);
      world.run(rng.between(1L, 3000L));
    }
    world.loss = 0;
    NODES.forEach(n -> heal(world.node(n)));
    try {
      world.settle();
      world.nothingIsLeft();
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
    long committed = 0;
    for (Stored s : world.log().values()) {
      decided.merge(s.decision, 1, Integer::sum);
      boolean ddl = s.spec.kind().equals("ddl") && s.decision == Decision.COMMITTED;
      committed += ddl ? 1 : 0;
    }
    assertTrue(world.backend.version("shop.orders") >= committed, "seed " + seed + ": " + world);
    world.log().values().stream()
        .filter(s -> s.spec.kind().equals("ddl") && s.decision == Decision.COMMITTED)
        .forEach(s -> assertTrue(world.backend.applied.contains(s.id), "seed " + seed));
    assertEquals(4, world.get(world.node("n1").operations.nodes()).size());
  }

  private static void strike(World world, World.Node node, Rng rng) {
    world.run(rng.between(0L, 20L));
    switch (rng.between(0, 9)) {
      case 0 -> node.killAt = node.steps + rng.between(1, 40);
      case 1 -> node.run.process.freeze();
      case 2 -> node.cut = true;
      case 3 -> node.fault = rng.pick(List.of("prepare fail", "prepare hang", "execute fail"));
      case 4 ->
          node.fault =
              rng.pick(
                  List.of(
                      "complete-once fail",
                      "complete-once hang",
                      "complete-once hang-fail",
                      "catchUp-once hang"));
      case 5 -> node.stalls = t -> true;
      case 6 -> node.operators.remove(rng.pick(NODES));
      default -> {
        // It is left alone.
      }
    }
  }

  private static void heal(World.Node node) {
    node.cut = false;
    node.fault = "";
    node.stalls = null;
    node.killAt = -1;
    if (node.run.process.frozen()) {
      node.run.process.thaw();
    }
    if (node.alive()) {
      node.shop.release();
    } else {
      node.start();
    }
  }
}
