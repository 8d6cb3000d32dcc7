package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.failover.ClusterMode;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.RegisteredNode;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/** What the registry promises, one by one. */
class ScenariosTest {
  private final World world = new World(7);

  @AfterEach
  void nothingIsLeftBehind() {
    assertTrue(world.empty(), world::toString);
  }

  private Product product(String node) {
    return new Product(world, world.node(node));
  }

  private FailoverWork begin(String node, String type, String table) {
    return world.get(world.node(node).registry.begin(WorkSpec.of(type, "testdb", table)));
  }

  private List<FailoverRecord> records(String node) {
    return world.get(world.node(node).registry.records());
  }

  private void kill(String node) {
    world.node(node).kill();
  }

  @Test
  void anOperationThatEndsLeavesNothing() {
    world.start("n1", "n2");
    for (String type : List.of("ddl", "dml", "rebalance")) {
      world.get(product("n1").run(type, "t1"));
    }
    assertTrue(world.empty());
    assertEquals(List.of(), records("n2"));
    for (long id = 0; id < 3; id++) {
      assertEquals(3, Product.effects(world, id));
    }
    assertEquals(0, world.node("n2").handled);
  }

  /** C4.4: its late words change nothing, on the registry and on shards. */
  @Test
  void whoWasFrozenIsFenced() {
    world.start("n1", "n2", "n3");
    FailoverWork work = begin("n1", "dml", "t1");
    world.get(work.addLock("testdb/t1"));
    world.get(work.setContent(Bytes.utf8("x")));
    world.get(work.setStatus("n1", ShardState.SENT));
    world.node("n1").run.process.freeze();
    world.run(10_000);
    assertTrue(world.empty(), world::toString);
    assertEquals(3, Product.effects(world, work.id()));
    world.node("n1").run.process.thaw();
    CompletionStage<Void> late = work.setStatus("n1", ShardState.COMMITTED);
    assertEquals(Code.FENCED, world.refused(late));
    assertTrue(work.fenced().toCompletableFuture().isDone());
    assertFalse(world.shard("n1").apply(work.id(), work.token()), "its shards refuse it too");
  }

  /** A node that is cut off stops before the others begin. */
  @Test
  void whoIsCutOffStopsFirst() {
    world.start("n2", "n1", "n3");
    FailoverWork work = begin("n1", "dml", "t1");
    world.get(work.addLock("testdb/t1"));
    world.get(work.setContent(Bytes.utf8("x")));
    long[] stopped = new long[1];
    work.fenced().whenComplete((why, e) -> stopped[0] = world.queue.nowUs());
    world.node("n1").cut = true;
    world.until("no takeover", 10_000, () -> world.numbers.get(work.id()) == 1);
    assertTrue(stopped[0] > 0 && stopped[0] < world.queue.nowUs(), "stopped at " + stopped[0]);
    world.until("not finished", 10_000, world::empty);
  }

  /** C4.5 */
  @Test
  void survivorsShareInParallel() {
    world.start("n1", "n2", "n3", "n4");
    List<FailoverWork> works = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      FailoverWork work = begin("n4", "dml", "t" + i);
      world.get(work.addLock("testdb/t" + i));
      world.get(work.setContent(Bytes.utf8("x")));
      works.add(work);
    }
    kill("n4");
    world.until("no takeover", 20_000, () -> world.node("n1").handled > 0);
    final long from = world.queue.nowUs();
    world.until("not finished", 60_000, world::empty);
    long took = world.queue.nowUs() - from;
    for (String n : List.of("n1", "n2", "n3")) {
      int handled = world.node(n).handled;
      assertTrue(handled >= 31 && handled <= 35, n + " handled " + handled);
    }
    works.forEach(w -> assertEquals(3, Product.effects(world, w.id())));
    works.forEach(w -> assertEquals(1, world.numbers.get(w.id())));
    // One takeover is ten round trips of 2.2 ms and more: one after the other it were 2 seconds.
    assertTrue(took < 1_000_000, took + " us of virtual time");
  }

  /** C4.6 */
  @Test
  void contentHasALimit() {
    world.start("n1");
    FailoverWork work = begin("n1", "ddl", "t1");
    world.get(work.addLock("testdb/t1"));
    byte[] most = new byte[FailoverLimits.CONTENT_BYTES];
    assertEquals(
        Code.TOO_LARGE, world.refused(work.setContent(Bytes.wrap(new byte[most.length + 1]))));
    assertEquals(1, work.record().state());
    world.get(work.setContent(Bytes.wrap(most)));
    assertEquals(
        most.length, world.get(world.node("n1").registry.detail(work.id())).content().length());
    assertEquals(most.length, world.get(work.content()).length());
    world.get(work.complete());
  }

  /** C4.8 and C4.14: also the node itself, started again, is one that lives. */
  @Test
  void aLoneNodesRecordsWaitForOne() {
    world.start("n1");
    FailoverWork work = begin("n1", "ddl", "t1");
    world.get(work.addLock("testdb/t1"));
    world.get(work.setContent(Bytes.utf8("x")));
    kill("n1");
    world.run(30_000);
    assertEquals(0, world.numbers.get(work.id()));
    assertFalse(world.empty());
    world.start("n1");
    world.until("not finished", 20_000, world::empty);
    assertEquals(1, world.numbers.get(work.id()));
    assertEquals(3, Product.effects(world, work.id()));
    FailoverWork next = begin("n1", "ddl", "t2");
    assertTrue(next.record().origin().incarnation() != work.record().origin().incarnation());
    world.get(next.complete());
  }

  /** C4.8 */
  @Test
  void aLoneNodesRecordsGoToTheNextThatRegisters() {
    world.start("n1");
    FailoverWork work = begin("n1", "ddl", "t1");
    world.get(work.addLock("testdb/t1"));
    world.get(work.setContent(Bytes.utf8("x")));
    kill("n1");
    world.run(30_000);
    assertEquals(0, world.numbers.get(work.id()));
    world.start("n2");
    world.until("not finished", 20_000, world::empty);
    assertEquals(1, world.node("n2").handled);
    assertEquals(3, Product.effects(world, work.id()));
  }

  /** C4.9 */
  @Test
  void aPoisonRecordIsParked() {
    world.start("n1", "n2", "n3");
    boolean[] broken = {true};
    int[] calls = new int[1];
    for (String n : List.of("n1", "n2")) {
      TakeoverHandler good = Product.handlers(world, world.node(n)).get(0);
      world
          .node(n)
          .registry
          .add(
              Product.handler(
                  "ddl",
                  work -> {
                    calls[0]++;
                    if (broken[0]) {
                      throw new IllegalStateException("a poison");
                    }
                    return good.takeOver(work);
                  }));
    }
    FailoverWork poison = begin("n3", "ddl", "t1");
    final FailoverWork other = begin("n3", "dml", "t1");
    world.get(poison.addLock("testdb/t1"));
    world.get(poison.setContent(Bytes.utf8("x")));
    world.get(other.addLock("other"));
    kill("n3");
    world.until("not parked", 900_000, () -> world.phases.get(poison.id()) == Phase.PARKED);
    FailoverRecord r = records("n1").get(0);
    assertEquals(List.of(poison.id()), records("n1").stream().map(FailoverRecord::id).toList());
    assertEquals(10, r.takeover().number());
    assertEquals(10, r.takeover().failures());
    assertTrue(r.takeover().why().contains("a poison"), r.takeover().why());
    assertEquals(10, calls[0]);
    assertTrue(world.told.stream().anyMatch(t -> t.contains("PARKED record " + poison.id())));
    world.run(200_000);
    assertEquals(10, calls[0], "it is left alone");
    broken[0] = false;
    world.get(world.node("n2").registry.retry(poison.id(), false));
    world.until("not finished", 20_000, world::empty);
    assertEquals(11, world.numbers.get(poison.id()), "tokens go on rising");
    assertEquals(3, Product.effects(world, poison.id()));
  }

  /** C4.10 */
  @Test
  void whatIsDeletedByForceIsGoneWithItsLocks() {
    world.start("n1", "n2");
    FailoverWork work = begin("n1", "ddl", "t1");
    world.get(work.addLock("testdb/t1"));
    world.get(work.setContent(Bytes.utf8("x")));
    assertEquals(
        Code.IN_USE, world.refused(world.node("n2").registry.deleteForce(work.id(), false)));
    world.get(world.node("n2").registry.deleteForce(work.id(), true));
    assertTrue(world.empty());
    assertEquals(
        Code.NOT_FOUND, world.refused(world.node("n2").registry.deleteForce(work.id(), true)));
    assertEquals(Code.NOT_FOUND, world.refused(world.node("n2").registry.detail(work.id())));
    assertEquals(Code.FENCED, world.refused(work.setStatus("n1", ShardState.SENT)));
    FailoverWork next = begin("n2", "ddl", "t1");
    world.get(next.addLock("testdb/t1"));
    world.get(next.complete());
  }

  /** C4.12: no quorum, no record; so nothing is begun. */
  @Test
  void withoutQuorumNothingIsBegun() {
    world.start("n1", "n2");
    world.servers.quorum = false;
    assertEquals(
        Code.NO_QUORUM,
        world.refused(world.node("n1").registry.begin(WorkSpec.of("ddl", "testdb", "t1"))));
    world.servers.quorum = true;
    world.run(1000);
    assertTrue(world.empty());
    world.get(product("n1").run("ddl", "t1"));
  }

  /** A record whose answer was lost is nobody's work: the node that began it removes it. */
  @Test
  void aRecordWhoseAnswerWasLostIsRemoved() {
    world.start("n1", "n2");
    world.node("n1").losesAnswer = true;
    CompletionStage<FailoverWork> begun =
        world.node("n1").registry.begin(WorkSpec.of("ddl", "testdb", "t1"));
    world.until("not executed", 1000, () -> !world.empty());
    assertEquals(Code.NO_QUORUM, world.refused(begun));
    world.until("not removed", 20_000, world::empty);
    assertEquals(0, world.numbers.get(0L), "nobody had to take it over");
  }

  @Test
  void stepsWhoseAnswerWasLostAreDoneOnce() {
    world.start("n1", "n2");
    FailoverWork work = begin("n1", "ddl", "t1");
    List<Supplier<CompletionStage<Void>>> steps =
        List.of(
            () -> work.addLock("testdb/t1"),
            () -> work.setContent(Bytes.utf8("x")),
            () -> work.setStatus("n1", ShardState.SENT),
            work::complete);
    for (Supplier<CompletionStage<Void>> step : steps) {
      world.node("n1").losesAnswer = true;
      world.get(step.get());
    }
    assertTrue(world.empty());
  }

  /** C4.13 */
  @Test
  void rebalancingGoesOnWhereItWas() {
    for (int step = 20; step < 60; step++) {
      World w = new World(step);
      w.start("n1", "n2", "n3");
      World.Node n3 = w.node("n3");
      n3.killAt = n3.steps + step;
      new Product(w, n3).run(WorkSpec.REBALANCE, "t1");
      w.until("not killed", 10_000, () -> !n3.run.process.alive());
      w.until("not finished", 20_000, w::empty);
      long rows = Product.SHARDS.stream().mapToLong(s -> w.shard(s).rows).sum();
      long all = 3 * Product.ROWS;
      assertTrue(rows >= all && rows <= all + Product.BLOCK, rows + " rows copied, step " + step);
    }
  }

  /** C4.14: a node that is back gets the next one, and none of what was its own. */
  @Test
  void whoIsBackTakesPart() {
    world.start("n1", "n2");
    FailoverWork first = begin("n2", "ddl", "t1");
    kill("n2");
    world.until("not finished", 20_000, world::empty);
    assertEquals(1, world.numbers.get(first.id()));
    world.start("n2");
    assertEquals(0, world.node("n2").handled);
    begin("n1", "ddl", "t2");
    kill("n1");
    world.until("not finished", 20_000, world::empty);
    assertEquals(1, world.node("n2").handled);
  }

  /** C4.15 */
  @Test
  void readOnlyWritesWait() {
    world.start("n1", "n2");
    world.get(world.node("n2").registry.switchMode(ClusterMode.READONLY));
    CompletionStage<FailoverWork> waits =
        world.node("n1").registry.begin(WorkSpec.of("dml", "testdb", "t1").waiting(60_000));
    CompletionStage<FailoverWork> over =
        world.node("n1").registry.begin(WorkSpec.of("dml", "testdb", "t2").waiting(5000));
    assertEquals(
        Code.READ_ONLY,
        world.refused(world.node("n1").registry.begin(WorkSpec.of("dml", "testdb", "t3"))));
    world.run(10_000);
    assertEquals(Code.READ_ONLY, world.refused(over));
    assertFalse(waits.toCompletableFuture().isDone());
    assertTrue(world.empty());
    world.get(world.node("n2").registry.switchMode(ClusterMode.NORMAL));
    assertEquals("t1", world.get(waits).record().table());
    world.get(world.get(waits).complete());
    assertEquals(ClusterMode.NORMAL, world.get(world.node("n1").registry.mode()));
    world.get(world.node("n2").registry.switchMode(ClusterMode.RECOVERY));
    assertEquals(
        Code.RECOVERY,
        world.refused(
            world.node("n1").registry.begin(WorkSpec.of("dml", "testdb", "t1").waiting(60_000))));
  }

  /** What was begun goes on in any mode; takeovers wait for the mode normal. */
  @Test
  void takeoversWaitForNormal() {
    world.start("n1", "n2");
    FailoverWork work = begin("n2", "ddl", "t1");
    world.get(world.node("n1").registry.switchMode(ClusterMode.READONLY));
    world.get(work.addLock("testdb/t1"));
    kill("n2");
    world.run(30_000);
    assertEquals(0, world.numbers.get(work.id()));
    world.get(world.node("n1").registry.switchMode(ClusterMode.NORMAL));
    world.until("not finished", 5000, world::empty);
  }

  @Test
  void aLockIsOneRecordsUntilThatEnds() {
    world.start("n1", "n2");
    FailoverWork one = begin("n1", "ddl", "t1");
    FailoverWork two = begin("n2", "ddl", "t1");
    world.get(one.addLock("testdb/t1"));
    assertEquals(Code.LOCKED, world.refused(two.addLock("testdb/t1")));
    world.get(one.addLock("testdb/t1"));
    assertEquals(List.of("testdb/t1"), one.record().locks());
    world.get(one.complete());
    world.get(two.addLock("testdb/t1"));
    assertEquals(Code.FENCED, world.refused(one.complete()));
    world.get(two.complete());
  }

  @Test
  void takeoversOfOneTableAreOneAfterTheOther() {
    world.start("n1", "n2", "n3");
    int[] now = new int[1];
    int[] most = new int[1];
    for (String n : List.of("n1", "n2")) {
      World.Node node = world.node(n);
      node.registry.add(
          Product.handler(
              "ddl",
              work -> {
                most[0] = Math.max(most[0], ++now[0]);
                CompletableFuture<Void> done = new CompletableFuture<>();
                node.after(
                    500,
                    () -> {
                      now[0]--;
                      done.complete(null);
                    });
                return done;
              }));
    }
    for (int i = 0; i < 5; i++) {
      begin("n3", "ddl", "t1");
    }
    kill("n3");
    world.until("not finished", 30_000, world::empty);
    assertEquals(1, most[0]);
  }

  /** Who does not begin what it was told loses it, without being dead. */
  @Test
  void whoDoesNotAnswerLosesIt() {
    World slow = new World(3, new Settings(1000, 6000, 4, 1000, 10, 1000, 300_000, 900_000));
    slow.start("n1", "n2", "n3", "n4");
    List<String> by = new ArrayList<>();
    for (String n : List.of("n2", "n3")) {
      slow.node(n)
          .registry
          .add(
              Product.handler(
                  "move",
                  w -> {
                    by.add(n + " " + w.token());
                    return CompletableFuture.completedStage(null);
                  }));
    }
    FailoverWork work = slow.get(slow.node("n4").registry.begin(WorkSpec.of("move", "db", "t")));
    slow.node("n4").kill();
    slow.run(4500);
    World.Node n2 = slow.node("n2");
    n2.run.process.freeze();
    slow.until("not finished", 5000, slow::empty);
    assertTrue(slow.servers.keys.containsKey("fo/node/n2"), "n2 was not given up");
    assertEquals(2, slow.numbers.get(work.id()));
    n2.run.process.thaw();
    slow.run(5000);
    assertEquals(List.of("n3 2"), by);
  }

  @Test
  void onlyWhoHasAHandlerIsTold() {
    world.start("n1", "n2", "n3");
    FailoverWork work = begin("n3", "move", "t1");
    kill("n3");
    world.run(30_000);
    assertEquals(0, world.numbers.get(work.id()));
    world
        .node("n2")
        .registry
        .add(Product.handler("move", w -> CompletableFuture.completedStage(null)));
    world.until("not finished", 5000, world::empty);
  }

  @Test
  void aSecondProcessOfTheSameNameDisplacesTheFirst() {
    world.start("n1", "n2");
    World.Node twin = world.new Node("n1");
    twin.start();
    world.run(20_000);
    List<RegisteredNode> nodes = world.get(world.node("n2").registry.nodes());
    assertEquals(List.of("n1", "n2"), nodes.stream().map(RegisteredNode::name).toList());
    assertTrue(world.told.stream().anyMatch(t -> t.contains("REPLACED")), world::toString);
    final FailoverWork work = world.get(twin.registry.begin(WorkSpec.of("ddl", "testdb", "t1")));
    assertEquals(
        Code.NOT_REGISTERED,
        world.refused(world.node("n1").registry.begin(WorkSpec.of("ddl", "testdb", "t2"))));
    world.get(work.complete());
  }

  @Test
  void whatIsAbandonedGoesToOneThatLives() {
    world.start("n1", "n2");
    FailoverWork work = begin("n1", "ddl", "t1");
    world.get(work.abandon("the client is gone"));
    assertEquals(Code.FENCED, world.refused(work.addLock("testdb/t1")));
    world.until("not finished", 5000, world::empty);
    assertEquals(1, world.numbers.get(work.id()));
  }

  @Test
  void whatNobodyMovesOnIsTold() {
    world.start("n1", "n2");
    FailoverWork work = begin("n2", "move", "t1");
    kill("n2");
    world.run(400_000);
    String stuck = "FO_STUCK record " + work.id();
    assertEquals(1, world.told.stream().filter(t -> t.contains(stuck)).count(), world::toString);
    world
        .node("n1")
        .registry
        .add(Product.handler("move", w -> CompletableFuture.completedStage(null)));
    world.until("not finished", 5000, world::empty);
  }

  @Test
  void aClosedNodeLeavesItsWorkAtOnce() {
    world.start("n1", "n2");
    FailoverWork work = begin("n2", "ddl", "t1");
    world.node("n2").registry.close();
    world.until("not finished", 3000, world::empty);
    assertEquals(1, world.node("n1").handled);
    assertEquals(Code.FENCED, world.refused(work.addLock("testdb/t1")));
    assertEquals(
        Code.CLOSED,
        world.refused(world.node("n2").registry.begin(WorkSpec.of("ddl", "testdb", "t1"))));
  }

  @Test
  void namesOfTypesAreChecked() {
    FailoverException e =
        assertThrows(FailoverException.class, () -> WorkSpec.of("No Type", "db", "t"));
    assertEquals(Code.INVALID, e.code());
  }
}
