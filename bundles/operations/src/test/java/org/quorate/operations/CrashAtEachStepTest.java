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
  private static final List<String> SHARDS = List.of("dn1", "dn2");

  static OperationSpec spec(String kind) {
    return switch (kind) {
      case "ddl" -> OperationSpec.ddl("shop.orders", "alter table orders");
      case "reload" -> OperationSpec.reload(Map.of("conf/db", "new", "conf/user", "new"));
      case "view" -> OperationSpec.createView("shop:v", "select 1");
      case "drop" -> OperationSpec.dropView("shop:unknown");
      case "rollback" -> OperationSpec.rollback();
      case "resume" -> OperationSpec.resume(SHARDS);
      case "pause" -> OperationSpec.pause(SHARDS);
      default -> OperationSpec.cut();
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddl", "reload", "rollback", "view", "drop", "pause", "resume", "cut"})
  void ofTheInitiator(String kind) {
    Map<Decision, Integer> decided = kill(kind, "n1");
    assertTrue(decided.getOrDefault(Decision.ABORTED, 0) > 3, decided::toString);
    assertTrue(decided.getOrDefault(Decision.COMMITTED, 0) > 3, decided::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddl", "reload", "rollback", "view", "drop", "pause", "resume", "cut"})
  void ofAResponder(String kind) {
    Map<Decision, Integer> decided = kill(kind, "n2");
    assertTrue(decided.getOrDefault(Decision.COMMITTED, 0) > 3, decided::toString);
    assertEquals(kind.equals("cut"), decided.containsKey(Decision.ABORTED), decided::toString);
  }

  private static Map<Decision, Integer> kill(String kind, String who) {
    Map<Decision, Integer> decided = new TreeMap<>();
    for (int step = 1; ; step++) {
      World world = new World(step).start("n1", "n2", "n3");
      before(world, kind);
      int before = world.log().size();
      Map<String, String> conf = world.conf();
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
      Map<Long, Stored> log = world.log();
      assertTrue(log.size() <= before + 1, log::toString);
      if (log.size() > before) {
        check(world, kind, conf, log.get((long) log.size()));
        decided.merge(log.get((long) log.size()).decision, 1, Integer::sum);
      }
      world.start(who);
      world.settle();
      assertEquals(Decision.COMMITTED, world.node(who).does(spec(kind)).decision());
      world.settle();
      world.nothingIsLeft();
    }
  }

  /** What there is to be undone. */
  private static void before(World world, String kind) {
    World.Node n1 = world.node("n1");
    if (kind.equals("rollback")) {
      n1.does(OperationSpec.reload(Map.of("conf/db", "1")));
      n1.does(OperationSpec.reload(Map.of("conf/db", "2", "conf/new", "2")));
    } else if (kind.equals("resume")) {
      n1.does(OperationSpec.pause(SHARDS));
    }
  }

  /**
   * All or nothing.
   *
   * @param conf what there was before
   */
  private static void check(World world, String kind, Map<String, String> conf, Stored s) {
    int done = s.decision == Decision.COMMITTED ? 1 : 0;
    switch (kind) {
      case "ddl" -> assertEquals(done, world.backend.version("shop.orders"), world::toString);
      case "reload", "pause" -> assertEquals(2 * done, world.conf().size(), world::toString);
      case "view" -> assertEquals(done, world.conf().size(), world::toString);
      case "rollback" ->
          assertEquals(done == 1 ? Map.of("conf/db", "1") : conf, world.conf(), world::toString);
      case "resume" -> assertEquals(done == 1 ? Map.of() : conf, world.conf(), world::toString);
      case "cut" -> assertTrue(world.cuts >= done, world::toString);
      default -> assertEquals(Map.of(), world.conf(), world::toString);
    }
  }
}
