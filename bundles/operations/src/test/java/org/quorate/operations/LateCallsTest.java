package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.OperationSpec.Timeouts;

/** What the product does late, or not at all, undoes nothing that it was told since. */
class LateCallsTest {
  private static final OperationSpec DDL = OperationSpec.ddl("shop.orders", "alter table orders");

  private final World world = new World(5).start("n1", "n2", "n3");
  private final World.Node n1 = world.node("n1");
  private final World.Node n2 = world.node("n2");
  private final World.Node n3 = world.node("n3");

  @AfterEach
  void nothingIsLeft() {
    world.nothingIsLeft();
  }

  private static OperationSpec reload(String value) {
    return OperationSpec.reload(Map.of("conf/db", value))
        .withTimeouts(new Timeouts(0, 3000, 1, 3000));
  }

  /** Which would serve what it knows for ever. */
  @Test
  void whoIsToldLateThatItIsOnlineWhenItIsNotAnyMoreDoesNotServe() {
    n3.kill();
    n3.start();
    world.until("not caught up", 20_000, () -> n3.shop.caughtUp == 1);
    n3.slowMs = 6000;
    int events = world.told.size();
    world.until("not online", 1000, () -> world.told.size() > events);
    n3.slowMs = 0;
    n3.cut = true;
    world.until("not told to be offline", 6000, () -> n3.shop.offline > 0);
    world.run(3000);
    assertFalse(n3.shop.serving, world::toString);
    n3.cut = false;
    world.settle();
  }

  /** The older call waits for the database; meanwhile what it loads is rolled back. */
  @ParameterizedTest
  @ValueSource(longs = {4000, 20_000})
  void whoLoadsLateWhatIsRolledBackHasTheOldConfiguration(long ms) {
    assertEquals(Decision.COMMITTED, n1.does(reload("1")).decision());
    n2.fault = "complete-once fail";
    n3.fault = "complete-once hang";
    CompletionStage<Operation> run = n1.begin(reload("2"));
    world.run(ms);
    n3.shop.release();
    assertEquals(Decision.ROLLED_BACK, world.get(run).decision());
    world.run(1000);
    world.settle();
    assertEquals(Map.of("conf/db", "1"), n3.shop.conf);
    assertEquals(ms < 6000 ? 1 : 2, n3.shop.caughtUp, "it stayed online if it was not too late");
  }

  @Test
  void whoCatchesUpLateHasTheNewConfiguration() {
    assertEquals(Decision.COMMITTED, n1.does(reload("1")).decision());
    n3.kill();
    n3.fault = "catchUp-once hang";
    n3.start();
    world.until("does not catch up", 20_000, () -> n3.fault.isEmpty());
    n3.cut = true;
    world.run(8000);
    assertEquals(Decision.COMMITTED, n1.does(reload("2")).decision());
    n3.cut = false;
    world.run(8000);
    assertFalse(n3.shop.serving, world::toString);
    n3.shop.release();
    world.run(1000);
    world.settle();
    assertEquals(Map.of("conf/db", "2"), n3.shop.conf);
  }

  /** It is told, and what it was told counts. */
  @ParameterizedTest
  @ValueSource(strings = {"online throw", "online error", "offline throw", "offline error"})
  void whoFailsToComeAndGoComesAndGoes(String fault) {
    n3.fault = fault.replace(" ", "-once ");
    world.get(n1.operators.remove("n3"));
    world.until("not told to be offline", 10_000, () -> n3.shop.offline == 1);
    world.until("not back", 20_000, n3::online);
    world.run(1000);
    String phase = fault.split(" ")[0];
    String told = "n3 FAILED " + phase + ": out of order";
    assertTrue(world.told.stream().anyMatch(t -> t.contains(told)), world::toString);
    assertEquals(Decision.COMMITTED, n3.does(DDL).decision());
    world.settle();
  }

  /** Nobody waits for it; it is tried again. */
  @ParameterizedTest
  @ValueSource(strings = {"throw", "error", "fail", "null"})
  void whoFailsToCatchUpIsToldAgain(String fault) {
    n3.kill();
    n3.fault = "catchUp-once " + fault;
    n3.start();
    world.until("does not catch up", 20_000, () -> n3.fault.isEmpty());
    assertEquals(Decision.COMMITTED, n1.does(DDL).decision());
    world.settle();
  }

  /** And so is who cannot get ready for what is under way. */
  @ParameterizedTest
  @ValueSource(strings = {"throw", "error", "fail", "null"})
  void whoFailsToGetReadyBeforeItIsOnlineIsToldAgain(String fault) {
    n2.fault = "prepare hang";
    CompletionStage<Operation> run = n1.begin(DDL.withTimeouts(new Timeouts(0, 60_000, 1, 1000)));
    world.run(1000);
    World.Node n4 = world.node("n4");
    n4.fault = "prepare-once " + fault;
    n4.start();
    world.until("not online", 20_000, n4::online);
    assertEquals("shop.orders", n4.shop.locked.get(1L));
    world.get(n1.operators.remove("n2"));
    n2.fault = "";
    world.get(run);
    world.settle();
  }

  /** At each step of who began it: whatever is done with the stage, no lock and no operation is left. */
  @Test
  void whatACallerDoesWithItsStageStopsNothing() {
    boolean ended = false;
    for (int step = 1; !ended; step++) {
      int at = n1.steps + step;
      CompletableFuture<Operation> run = n1.begin(DDL).toCompletableFuture();
      world.until("no step", 10_000, () -> n1.steps >= at || run.isDone());
      ended = !run.cancel(false);
      world.settle();
    }
    assertEquals(Decision.COMMITTED, n1.does(DDL).decision());
  }

  /** What was asked before and after; the loop takes nothing any more when all is given back. */
  @Test
  void whoeverAsksOneThatIsClosedHearsOfIt() {
    n2.fault = "prepare hang";
    OperationSpec slow = DDL.withTimeouts(new Timeouts(60_000, 60_000, 1, 1000));
    CompletionStage<Operation> goesOn = n1.begin(slow);
    world.run(1000);
    CompletionStage<Operation> waits = n1.begin(slow);
    world.run(1000);
    CompletionStage<Operation> asked = n1.begin(slow);
    CompletionStage<Void> closed = n1.operations.shutdown();
    closed.thenRun(() -> n1.closed = true);
    CompletionStage<Operation> late = n1.begin(slow);
    world.get(closed);
    for (CompletionStage<Operation> each : List.of(goesOn, waits, asked, late, n1.begin(slow))) {
      assertTrue(each.toCompletableFuture().isDone());
      assertEquals(Code.CLOSED, world.refused(each));
    }
    world.get(n1.operations.shutdown());
    n2.fault = "";
  }
}
