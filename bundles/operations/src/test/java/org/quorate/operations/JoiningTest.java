package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.OperationSpec.Timeouts;
import org.quorate.spi.operations.Phase;

/** Nodes that come while operations are decided, rolled back or given up know what holds. */
class JoiningTest {
  private static final Timeouts PATIENT = new Timeouts(0, 3_600_000, 3_600_000, 3_600_000);

  private World world = new World(7).start("n1", "n2", "n3");

  @AfterEach
  void nothingIsLeft() {
    world.nothingIsLeft();
  }

  private static OperationSpec reload(String value) {
    return OperationSpec.reload(Map.of("conf/db", value))
        .withTimeouts(new Timeouts(0, 3000, 1, 3000));
  }

  /** It has read the new configuration, and is still busy with it when the old one holds again. */
  @Test
  void whoCatchesUpAcrossARollBackHasTheOldConfiguration() {
    World.Node n2 = world.node("n2");
    assertEquals(Decision.COMMITTED, n2.does(reload("1")).decision());
    n2.fault = "complete-once hang-fail";
    CompletionStage<Operation> run = world.node("n1").begin(reload("2"));
    world.until("not committed", 1000, () -> world.conf().equals(Map.of("conf/db", "2")));
    World.Node n4 = world.node("n4");
    n4.fault = "catchUp-once hang";
    n4.start();
    world.until("does not catch up", 2000, () -> n4.fault.isEmpty());
    n2.shop.release();
    assertEquals(Decision.ROLLED_BACK, world.get(run).decision());
    n4.shop.release();
    world.settle();
    assertEquals(Map.of("conf/db", "1"), n4.shop.conf);
  }

  /** At each of its steps the operation for which it gets ready is ended by force. */
  @Test
  void whoComesWhileAnOperationIsEndedByForceIsNotReadyForItForEver() {
    int ready = 0;
    boolean in = false;
    for (int step = 1; !in; step++) {
      world = new World(step).start("n1", "n2", "n3");
      world.node("n2").fault = "prepare hang";
      CompletionStage<Operation> run =
          world.node("n1").begin(OperationSpec.cut().withTimeouts(PATIENT));
      world.run(1000);
      World.Node n3 = world.node("n3");
      World.Node n4 = world.node("n4").start();
      int at = step;
      world.until("not so far", 10_000, () -> n4.steps >= at || n4.online());
      in = n4.online();
      ready += n4.shop.gates.size();
      world.get(n3.operators.resolve(1, "me", "why", true));
      assertEquals(Decision.ABORTED, world.get(run).decision());
      world.node("n2").fault = "";
      world.settle();
      world.nothingIsLeft();
    }
    assertTrue(ready > 0, "it was never ready");
  }

  /** Nobody writes over what a newer version may have written; it is shown, and nodes go on without it. */
  @Test
  void anEpochThatCannotBeReadIsShownAndMadeAnewWhenItIsDeleted() {
    World.Node n1 = world.node("n1");
    assertEquals(Decision.COMMITTED, n1.does(reload("1")).decision());
    String key = new Layout(World.ROOT).epoch();
    world.write(n1, key, Bytes.utf8("no JSON"));
    World.Node n4 = world.node("n4").start();
    world.run(5000);
    assertFalse(n4.shop.serving);
    List<Operation> shown = world.get(n1.operators.operations());
    assertEquals(Phase.UNREADABLE, shown.get(0).phase());
    assertTrue(shown.get(0).reason().contains("coord delete " + key), shown::toString);
    assertTrue(
        world.told.stream().anyMatch(t -> t.contains("n4 BEHIND cannot come online: key " + key)));
    assertEquals(Code.BROKEN, world.refused(n1.begin(reload("2"))));
    world.delete(n1, key);
    world.settle();
    Operation done = n4.does(reload("3"));
    assertEquals(2, done.id(), "ids go on");
    assertEquals(Decision.COMMITTED, done.decision());
    world.settle();
  }
}
