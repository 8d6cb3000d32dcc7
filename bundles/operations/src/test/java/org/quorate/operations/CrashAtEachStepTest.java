package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationSpec;

/**
 * Kills a process at its first, second, third … step after an operation was begun, until the operation
 * ends before it is killed. Whatever it had done, the operation is ended by the others, on all or none.
 */
class CrashAtEachStepTest {
  static OperationSpec spec(String kind) {
    return switch (kind) {
      case "ddl" -> OperationSpec.ddl("shop.orders", "alter table orders");
      case "reload" -> OperationSpec.reload(Map.of("conf/db", "new", "conf/user", "new"));
      case "view" -> OperationSpec.createView("shop:v", "select 1");
      case "drop" -> OperationSpec.dropView("shop:unknown");
      case "pause" -> OperationSpec.pause(List.of("dn1", "dn2"));
      default -> OperationSpec.cut();
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddl", "reload", "view", "drop", "pause", "cut"})
  void ofTheInitiator(String kind) {
    Map<Decision, Integer> decided = kill(kind, "n1");
    assertTrue(decided.getOrDefault(Decision.ABORTED, 0) > 3, decided::toString);
    assertTrue(decided.getOrDefault(Decision.COMMITTED, 0) > 3, decided::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddl", "reload", "view", "drop", "pause", "cut"})
  void ofAResponder(String kind) {
    Map<Decision, Integer> decided = kill(kind, "n2");
    assertTrue(decided.getOrDefault(Decision.COMMITTED, 0) > 3, decided::toString);
    assertEquals(kind.equals("cut"), decided.containsKey(Decision.ABORTED), decided::toString);
  }

  private static Map<Decision, Integer> kill(String kind, String who) {
    Map<Decision, Integer> decided = new TreeMap<>();
    for (int step = 1; ; step++) {
      World world = new World(step).start("n1", "n2", "n3");
      World.Node victim = world.node(who);
      victim.killAt = victim.steps + step;
      CompletionStage<Operation> run = world.node("n1").begin(spec(kind));
      world.until(
          "neither ended nor killed",
          60_000,
          () -> run.toCompletableFuture().isDone() || !victim.alive());
      if (victim.alive()) {
        victim.killAt = -1;
        world.settle();
        world.nothingIsLeft();
        return decided;
      }
      world.settle();
      check(world, kind, decided);
      world.start(who);
      world.settle();
      assertEquals(Decision.COMMITTED, world.node(who).does(spec(kind)).decision());
      world.settle();
      world.nothingIsLeft();
    }
  }

  private static void check(World world, String kind, Map<Decision, Integer> decided) {
    Map<Long, Stored> log = world.log();
    assertTrue(log.size() <= 1, log::toString);
    for (Stored s : log.values()) {
      decided.merge(s.decision, 1, Integer::sum);
      int done = s.decision == Decision.COMMITTED ? 1 : 0;
      if (kind.equals("ddl")) {
        assertEquals(done, world.backend.version("shop.orders"), world::toString);
      } else if (kind.equals("reload")) {
        long keys = world.servers.keys.keySet().stream().filter(k -> k.contains("/conf/")).count();
        assertEquals(2 * done, keys, world::toString);
      } else if (kind.equals("cut")) {
        assertTrue(world.cuts >= done, world::toString);
      }
    }
  }
}
