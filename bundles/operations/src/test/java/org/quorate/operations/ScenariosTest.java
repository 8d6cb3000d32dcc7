package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.Operation;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationLimits;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.OperationSpec.Timeouts;
import org.quorate.spi.operations.Phase;

/** What operations promise, one by one. */
class ScenariosTest {
  private static final OperationSpec DDL = OperationSpec.ddl("shop.orders", "alter table orders");
  private static final Timeouts PATIENT = new Timeouts(0, 3_600_000, 3_600_000, 3_600_000);

  private final World world = new World(7).start("n1", "n2", "n3");
  private final World.Node n1 = world.node("n1");
  private final World.Node n2 = world.node("n2");
  private final World.Node n3 = world.node("n3");

  @AfterEach
  void nothingIsLeft() {
    world.nothingIsLeft();
  }

  private Operation only() {
    List<Operation> all = world.get(n3.operators.operations());
    assertEquals(1, all.size(), all::toString);
    return all.get(0);
  }

  private static OperationSpec quick(OperationSpec spec) {
    return spec.withTimeouts(new Timeouts(0, 3000, 3000, 3000));
  }

  private void await(Phase phase, String... nodes) {
    world.until(
        "not " + phase,
        10_000,
        () ->
            world.servers.keys.entrySet().stream()
                .filter(k -> k.getKey().matches(World.ROOT + "/op/[0-9]+"))
                .anyMatch(k -> k.getValue().value().utf8().contains("\"phase\":\"" + phase)));
    world.run(500);
    assertEquals(List.of(nodes), only().awaited());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddl", "reload", "view", "drop", "pause", "resume", "cut"})
  void whatEndsLeavesNothing(String kind) {
    Operation done = n2.does(CrashAtEachStepTest.spec(kind));
    assertEquals(Decision.COMMITTED, done.decision(), world::toString);
    assertEquals(List.of("n1", "n2", "n3"), List.copyOf(done.answers().keySet()));
    assertEquals(Phase.ENDED, done.phase());
    assertEquals("n2", done.initiator());
    assertEquals(done, world.get(n3.operations.operation(done.id())));
    assertTrue(world.empty(), world::toString);
    world.settle();
  }

  /** The document's frozen responder: nothing is asked while it is awaited, and it is named. */
  @Test
  void whoIsAwaitedIsNamedAndNothingIsPolled() {
    n2.fault = "prepare hang";
    CompletionStage<Operation> run =
        n1.begin(DDL.withTimeouts(new Timeouts(0, 60_000, 60_000, 60_000)));
    await(Phase.PREPARE, "n2");
    int before = n1.steps + n2.steps + n3.steps;
    world.run(30_000);
    // A keep-alive is two steps; each node sends one in a second.
    int most = 3 * 31 * 2;
    assertTrue(n1.steps + n2.steps + n3.steps - before <= most, "steps " + n1.steps);
    Operation done = world.get(run);
    assertEquals(Decision.ABORTED, done.decision());
    assertEquals(List.of("n2"), done.missing());
    assertEquals("not ready in time: [n2]", done.reason());
    n2.fault = "";
    world.settle();
  }

  /** Gone on without it; it is fenced, and serves nothing before it is brought up to date. */
  @Test
  void whoIsFrozenMissesItAndIsBroughtUpToDate() {
    n2.run.process.freeze();
    Operation done = n1.does(DDL);
    assertEquals(Decision.COMMITTED, done.decision());
    assertEquals(List.of("n2"), done.gone());
    n2.run.process.thaw();
    world.until("still online", 1000, () -> !n2.shop.serving);
    world.settle();
    assertEquals(1, n2.shop.known.get("shop.orders"));
    assertEquals(List.of(done.id()), n2.shop.last.missed().stream().map(Operation::id).toList());
    assertFalse(n2.shop.last.everything());
  }

  @Test
  void whoIsCutOffStopsFirst() {
    n2.cut = true;
    Operation done = n1.does(OperationSpec.cut());
    assertEquals(Decision.ABORTED, done.decision());
    assertEquals(List.of("n2"), done.gone());
    assertEquals(Decision.COMMITTED, n1.does(DDL).decision());
    n2.cut = false;
    world.settle();
  }

  /** Point 1 of the document: the answer of an operation that is over does not count for the next. */
  @Test
  void anOldAnswerNeverCounts() {
    n2.stalls = t -> t.then().toString().contains("/step/1/n2");
    CompletionStage<Operation> first = n1.begin(quick(DDL));
    world.until("no answer was sent", 10_000, () -> n2.stalls == null);
    n2.cut = true;
    world.until("not aborted", 4000, () -> !world.log().isEmpty());
    n2.cut = false;
    assertEquals(List.of("n2"), world.get(first).missing());
    assertEquals(List.of(), world.get(first).gone());
    n2.fault = "prepare hang";
    CompletionStage<Operation> second = n1.begin(DDL.withTimeouts(PATIENT));
    world.until("not arrived", 20_000, () -> n2.arrived);
    world.run(2000);
    assertEquals(List.of("n2"), only().awaited());
    world.get(n3.operators.resolve(only().id(), "me", "enough", false));
    assertEquals(Decision.ABORTED, world.get(second).decision());
    n2.fault = "";
    world.settle();
  }

  /** Point 2: somebody else's answer is none, nor is a second one. */
  @Test
  void anAnswerOfAnotherSessionIsNone() {
    n2.fault = "prepare hang";
    CompletionStage<Operation> run = n1.begin(DDL.withTimeouts(PATIENT));
    await(Phase.PREPARE, "n2");
    String key = new Layout(World.ROOT).answer(only().id(), 1, "n2");
    world.write(n3, key, Codec.answer("n2", 0, new Codec.Answer(true, "")));
    world.run(2000);
    assertEquals(List.of("n2"), only().awaited());
    world.write(n3, key, Bytes.utf8("no JSON"));
    world.run(2000);
    assertEquals(List.of("n2"), only().awaited());
    world.get(n3.operators.remove("n2"));
    n2.fault = "";
    assertEquals(Decision.COMMITTED, world.get(run).decision());
    world.settle();
  }

  /** Who hears nothing of its answer gives it again: one of both counts, the first. */
  @Test
  void aSecondAnswerOfASessionIsNone() {
    n3.fault = "prepare hang";
    CompletionStage<Operation> run = n1.begin(DDL.withTimeouts(PATIENT));
    await(Phase.PREPARE, "n3");
    Layout layout = new Layout(World.ROOT);
    KeyEntry entry = world.servers.keys.get(layout.operation(1));
    Stored s = Codec.operation(entry.value(), entry.modRevision());
    Codec.Answer no = new Codec.Answer(false, "no");
    Steps steps = new Steps(layout, "n2", 0);
    assertFalse(
        world.get(n2.coordinator.transact(steps.answer(s, s.expected.get("n2"), no))).succeeded());
    world.get(n3.operators.remove("n3"));
    n3.fault = "";
    assertEquals(Decision.COMMITTED, world.get(run).decision());
    world.settle();
  }

  /** What is late for its own operation is dropped, and the node goes on. */
  @ParameterizedTest
  @ValueSource(
      strings = {"prepare throw", "prepare error", "prepare fail", "prepare null", "prepare hang"})
  void whoCannotPrepareAbortsIt(String fault) {
    n2.fault = fault;
    Operation done = n1.does(quick(CrashAtEachStepTest.spec("reload")));
    assertEquals(Decision.ABORTED, done.decision());
    String what = fault.endsWith("null") ? "it answered null" : "out of order";
    if (fault.endsWith("hang")) {
      assertEquals(List.of("n2"), done.missing());
    } else {
      assertEquals(Map.of("n2", what), done.failed());
    }
    n2.fault = "";
    world.settle();
    assertEquals(Decision.COMMITTED, n2.does(DDL).decision());
  }

  @Test
  void anAnswerHasALimit() {
    n2.said = "x".repeat(OperationLimits.ANSWER_BYTES + 1);
    assertTrue(n1.does(DDL).reason().contains("limit is 1024"));
    world.settle();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"execute throw", "execute error", "execute fail", "execute null", "execute hang"})
  void workThatFailsAbortsIt(String fault) {
    n1.fault = fault;
    Operation done = n1.does(quick(DDL));
    assertEquals(Decision.ABORTED, done.decision());
    assertTrue(done.reason().startsWith("the work "), done.reason());
    world.settle();
  }

  /** Who cannot complete what has no keys is put offline, and comes back up to date. */
  @ParameterizedTest
  @ValueSource(strings = {"throw", "error", "fail", "null", "hang"})
  void whoCannotCompleteIsPutOffline(String fault) {
    n2.fault = "complete-once " + fault;
    Operation done = n1.does(quick(DDL));
    assertEquals(Decision.COMMITTED, done.decision());
    assertEquals(fault.equals("hang") ? List.of("n2") : List.of(), done.missing());
    assertEquals(fault.equals("hang") ? 0 : 1, done.failed().size());
    if (fault.equals("hang")) {
      world.run(10_000);
      assertFalse(n2.shop.serving, "what it does late could undo what it would be told now");
      String busy = "n2 BEHIND not brought up to date while it is busy with what it was told";
      assertTrue(world.told.stream().anyMatch(t -> t.contains(busy)), world::toString);
      n2.shop.release();
    }
    world.settle();
    assertEquals(2, n2.shop.caughtUp);
    assertEquals(1, n3.shop.caughtUp);
  }

  /** Point 6: all or nothing, over several keys. */
  @Test
  void whatAMemberCannotLoadIsRolledBack() {
    assertEquals(
        Decision.COMMITTED,
        n1.does(OperationSpec.reload(Map.of("conf/db", "1", "conf/user", "1"))).decision());
    n2.fault = "complete-once throw";
    Operation done = n1.does(OperationSpec.reload(Map.of("conf/db", "2", "conf/new", "2")));
    assertEquals(Decision.ROLLED_BACK, done.decision());
    assertEquals("not completed: {n2=out of order}", done.reason());
    world.settle();
    assertEquals(Map.of("conf/db", "1", "conf/user", "1"), n3.shop.conf);
    assertEquals(1, n2.shop.caughtUp, "it could take the old one, and stayed online");
  }

  @Test
  void theLastConfigurationComesBack() {
    assertEquals(Code.NOT_FOUND, world.refused(n1.begin(OperationSpec.rollback())));
    n1.does(OperationSpec.reload(Map.of("conf/db", "1", "conf/user", "1")));
    n2.does(OperationSpec.reload(Map.of("conf/db", "2", "conf/new", "2")));
    assertEquals(Decision.COMMITTED, n3.does(OperationSpec.rollback()).decision());
    assertEquals(Map.of("conf/db", "1", "conf/user", "1"), n1.shop.conf);
    n3.does(OperationSpec.rollback());
    assertEquals(Map.of("conf/db", "2", "conf/user", "1", "conf/new", "2"), n1.shop.conf);
    world.settle();
  }

  /** Pauses are seen by nodes that come later. */
  @Test
  void pausesLastUntilTheyAreEnded() {
    n1.does(OperationSpec.pause(List.of("dn1", "dn2")));
    world.start("n4");
    assertEquals(2, world.node("n4").shop.conf.size());
    n2.does(OperationSpec.resume(List.of("dn1", "dn2")));
    assertEquals(Map.of(), world.node("n4").shop.conf);
    world.settle();
  }

  /** Point 9 and the removal of a node: every barrier that waits for it is released. */
  @Test
  void aNodeThatIsRemovedIsWaitedForByNobody() {
    n2.fault = "prepare hang";
    CompletionStage<Operation> one = n1.begin(DDL.withTimeouts(PATIENT));
    CompletionStage<Operation> two =
        n3.begin(OperationSpec.createView("shop:v", "select 1").withTimeouts(PATIENT));
    world.run(2000);
    assertEquals(2, world.get(n3.operators.operations()).size());
    world.get(n3.operators.remove("n2"));
    assertEquals(List.of("n2"), world.get(one).gone());
    assertEquals(Decision.COMMITTED, world.get(two).decision());
    assertEquals(Code.NOT_FOUND, world.refused(n3.operators.remove("n9")));
    n2.fault = "";
    world.settle();
    assertEquals("select 1", n2.shop.conf.get("view/shop:v"));
  }

  @Test
  void anOperationIsResolved() {
    n2.fault = "prepare hang";
    CompletionStage<Operation> run = n1.begin(DDL.withTimeouts(PATIENT));
    await(Phase.PREPARE, "n2");
    world.get(n3.operators.resolve(only().id(), "me", "no reason", false));
    n2.fault = "";
    assertEquals("resolved by me: no reason", world.get(run).reason());
    world.settle();

    n2.fault = "complete-once hang";
    CompletionStage<Operation> second = n1.begin(DDL.withTimeouts(PATIENT));
    await(Phase.COMPLETE, "n2");
    long id = only().id();
    assertEquals(Code.DECIDED, world.refused(n3.operators.resolve(id, "me", "why", false)));
    world.get(n3.operators.resolve(id, "me", "why", true));
    Operation done = world.get(second);
    assertEquals(Decision.COMMITTED, done.decision());
    assertEquals(List.of("n2"), done.missing());
    n2.shop.release();
    world.settle();
    assertEquals(2, n2.shop.caughtUp);
    assertEquals(Code.DECIDED, world.refused(n3.operators.resolve(id, "me", "why", true)));
    assertEquals(Code.NOT_FOUND, world.refused(n3.operators.resolve(99, "me", "why", true)));
  }

  /** By force also what is not decided: everybody is brought up to date. */
  @Test
  void anOperationIsEndedByForce() {
    n2.fault = "prepare hang";
    CompletionStage<Operation> run = n1.begin(OperationSpec.cut().withTimeouts(PATIENT));
    await(Phase.PREPARE, "n2");
    world.get(n3.operators.resolve(only().id(), "me", "why", true));
    assertEquals(Decision.ABORTED, world.get(run).decision());
    n2.fault = "";
    world.settle();
    assertEquals(List.of(2, 2, 2), List.of(n1.shop.caughtUp, n2.shop.caughtUp, n3.shop.caughtUp));
  }

  /** While the work is done: what still comes of it counts no more. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void workUnderWayIsGivenUp(boolean force) {
    n1.fault = "execute hang";
    CompletionStage<Operation> run = n1.begin(DDL.withTimeouts(PATIENT));
    await(Phase.EXECUTE, "n1");
    world.get(n3.operators.resolve(only().id(), "me", "why", force));
    Operation done = world.get(run);
    assertEquals(Decision.ABORTED, done.decision());
    assertEquals("resolved by me: why", done.reason());
    assertEquals(List.of("n1", "n2", "n3"), List.copyOf(done.answers().keySet()));
    n1.fault = "";
    world.settle();
    int times = force ? 2 : 1;
    assertEquals(
        List.of(times, times, times),
        List.of(n1.shop.caughtUp, n2.shop.caughtUp, n3.shop.caughtUp));
    assertEquals(0, world.backend.version("shop.orders"));
    assertEquals(Decision.COMMITTED, n1.does(DDL).decision());
    world.settle();
  }

  @Test
  void twoOfTheSameLockGoOneAfterTheOther() {
    n2.fault = "prepare hang";
    CompletionStage<Operation> first = n1.begin(DDL.withTimeouts(new Timeouts(0, 5000, 1, 5000)));
    world.run(1500);
    OperationException refused = Errors.of(world.refusal(n3.begin(DDL)));
    assertEquals(Code.LOCKED, refused.code());
    assertEquals(
        "lock 'ddl_lock/shop.orders' is held by 'operations n1' for 'ddl shop.orders' since 1 s",
        refused.getMessage());
    CompletionStage<Operation> queued =
        n3.begin(DDL.withTimeouts(new Timeouts(60_000, 60_000, 60_000, 60_000)));
    assertEquals(Decision.ABORTED, world.get(first).decision());
    n2.fault = "";
    assertFalse(queued.toCompletableFuture().isDone());
    // It too finds n2 hanging in the call that it began before.
    world.get(n1.operators.remove("n2"));
    assertEquals(Decision.COMMITTED, world.get(queued).decision());
    world.settle();
  }

  /** It has the lock before it has seen that the operation before is over. */
  @Test
  void whoLagsBehindIsNotRefusedForWhatIsOver() {
    CompletionStage<Operation> first = n1.begin(DDL);
    world.until(
        "n3 has not completed",
        10_000,
        () ->
            world.servers.keys.keySet().stream()
                .anyMatch(k -> k.matches(World.ROOT + "/op/[0-9]+/step/3/n3")));
    n3.cut = true;
    assertEquals(Decision.COMMITTED, world.get(first).decision());
    world.run(10);
    n3.cut = false;
    assertEquals(Decision.COMMITTED, n3.does(DDL).decision());
    world.settle();
  }

  /** Its lock goes with its session, its operation is guarded until it is ended. */
  @Test
  void whoWaitsGetsItsTurnWhenTheInitiatorDies() {
    n2.fault = "prepare hang";
    n1.begin(DDL.withTimeouts(PATIENT));
    world.run(1000);
    CompletionStage<Operation> queued =
        n3.begin(DDL.withTimeouts(new Timeouts(60_000, 60_000, 60_000, 5000)));
    world.run(1000);
    n2.fault = "";
    n1.kill();
    assertEquals(Decision.COMMITTED, world.get(queued).decision());
    assertTrue(world.log().get(1L).reason.contains("'n1', which began it, was lost"));
    world.settle();
  }

  /** A node that comes while an operation is under way is ready for it before it is online. */
  @Test
  void whoComesBetweenTakesPart() {
    n2.fault = "prepare hang";
    CompletionStage<Operation> run = n1.begin(OperationSpec.cut().withTimeouts(PATIENT));
    await(Phase.PREPARE, "n2");
    world.start("n4");
    assertEquals(1, world.node("n4").shop.gates.size());
    world.get(n3.operators.resolve(only().id(), "me", "why", false));
    n2.fault = "";
    world.get(run);
    world.settle();
  }

  /** One that is not ready stays out, and nobody waits for it. */
  @Test
  void whoCannotCatchUpStaysOut() {
    n2.kill();
    n2.fault = "catchUp fail";
    n2.start();
    world.run(20_000);
    assertFalse(n2.shop.serving);
    assertEquals(Decision.COMMITTED, n1.does(DDL).decision());
    assertTrue(world.told.stream().anyMatch(t -> t.contains("n2 BEHIND")), world::toString);
    n2.fault = "";
    world.settle();
  }

  /**
   * Of the document: a session that commits on one node waits for one that is not let commit on another,
   * and the other way round. After a minute they are let go on.
   */
  @Test
  void aCutWhoseMembersWaitForEachOtherEndsAfterAMinute() {
    n1.inside = () -> !n2.shop.gates.isEmpty();
    n2.inside = () -> !n1.shop.gates.isEmpty();
    long began = n3.nowMs();
    CompletionStage<Operation> run = n3.begin(OperationSpec.cut());
    world.run(59_000);
    assertEquals(List.of("n1", "n2"), only().awaited());
    Operation done = world.get(run);
    assertEquals(Decision.ABORTED, done.decision());
    assertEquals("not ready in time: [n1, n2]", done.reason());
    assertEquals(List.of("n1", "n2"), done.missing());
    assertEquals(60, (n3.nowMs() - began) / 1000);
    world.settle();
    n1.inside = () -> false;
    n2.inside = () -> false;
    assertEquals(Decision.COMMITTED, n3.does(OperationSpec.cut()).decision());
    world.settle();
  }

  @Test
  void aLostAnswerBeginsItOnce() {
    for (int i = 0; i < 20; i++) {
      n1.losesAnswer = true;
      world.run(37);
      assertEquals(Decision.COMMITTED, n1.does(DDL).decision());
    }
    assertEquals(20, world.backend.version("shop.orders"));
    world.settle();
  }

  @Test
  void whoIsNotOnlineBeginsNothing() {
    n1.cut = true;
    world.until("still online", 10_000, () -> !n1.shop.serving);
    assertEquals(Code.NOT_ONLINE, world.refused(n1.begin(DDL)));
    n1.cut = false;
    world.settle();
    n1.operations.close();
    assertEquals(Code.CLOSED, world.refused(n1.begin(DDL)));
    world.until("still online", 10_000, () -> world.get(n3.operations.nodes()).size() == 2);
    assertEquals(Decision.COMMITTED, n2.does(DDL).decision());
  }

  /** A copied name neither takes the name away nor disturbs (dble #1409); a restart takes it at once. */
  @Test
  void aNameIsOfOneNode() {
    World.Node copy = world.new Node("n2");
    copy.address = "10.0.0.99";
    copy.start();
    world.run(10_000);
    assertFalse(copy.shop.serving);
    assertTrue(world.told.stream().anyMatch(t -> t.contains("NAME_TAKEN")), world::toString);
    assertEquals(Decision.COMMITTED, n2.does(DDL).decision());
    copy.kill();
    n2.kill();
    n2.start();
    world.until("not online before its old lease ends", 2000, n2::online);
    world.settle();
  }

  @Test
  void whatAllLeftBehindIsEndedByWhoComes() {
    n2.fault = "prepare hang";
    n1.begin(DDL.withTimeouts(PATIENT));
    world.run(1000);
    List.of(n1, n2, n3).forEach(World.Node::kill);
    world.run(20_000);
    n2.fault = "";
    world.start("n3", "n1", "n2");
    world.settle();
    assertEquals(Decision.ABORTED, world.log().get(1L).decision);
  }

  @Test
  void foreignKeysAreLeftAlone() {
    world.write(n1, World.ROOT + "/op/what", Bytes.utf8("x"));
    world.write(n1, World.ROOT + "/op-log/0000000001", Bytes.utf8("x"));
    world.write(n1, World.ROOT + "/online/n9", Bytes.utf8("x"));
    assertEquals(Decision.COMMITTED, n2.does(DDL).decision());
    assertTrue(world.told.stream().anyMatch(t -> t.contains("n3 BROKEN")), world::toString);
    Operation shown = only();
    assertEquals(Phase.UNREADABLE, shown.phase());
    String key = World.ROOT + "/op/what";
    assertTrue(shown.reason().contains("coord delete " + key + " --tree"), shown.reason());
    assertEquals(Code.NOT_FOUND, world.refused(n3.operators.resolve(0, "me", "why", true)));
    world.delete(n3, key);
  }

  /** Nobody goes on with what cannot be read; it is shown, and gone when it is discarded. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|no JSON",
        "/content|no JSON",
        "/content|{\"data\": {\"content\": \"x\", \"changes\": {\"online/n1\": \"x\"}}}",
        "/undo|{\"data\": {\"content\": \"x\"}}"
      })
  void whatCannotBeReadIsShownAndDiscarded(String beside, String value) {
    n2.fault = "prepare hang";
    CompletionStage<Operation> run = n1.begin(DDL.withTimeouts(PATIENT));
    await(Phase.PREPARE, "n2");
    long id = only().id();
    String key = new Layout(World.ROOT).operation(id) + beside;
    world.write(n3, key, Bytes.utf8(value));
    n2.fault = "";
    world.run(10_000);
    Operation shown = only();
    assertEquals(Phase.UNREADABLE, shown.phase());
    assertEquals(id, shown.id());
    assertTrue(shown.reason().contains(key), shown.reason());
    assertTrue(shown.reason().contains("op resolve " + id + " REASON --force"), shown.reason());
    assertEquals(shown, world.get(n3.operators.operation(id)));
    assertEquals(Code.LOCKED, world.refused(n3.begin(DDL)));
    assertEquals(Code.BROKEN, world.refused(n3.operators.resolve(id, "me", "why", false)));
    Operation done = world.get(n3.operators.resolve(id, "me", "why", true));
    assertEquals(Decision.ABORTED, done.decision());
    assertEquals("resolved by me: why", done.reason());
    assertEquals(done, world.get(run));
    world.settle();
    assertEquals(beside.isEmpty(), n1.shop.last.everything());
    assertEquals(List.of(id), n1.shop.last.missed().stream().map(Operation::id).toList());
    assertEquals(Decision.COMMITTED, n1.does(DDL).decision());
    world.settle();
  }

  /** Small values replace more than an operation can hold: it could not be rolled back. */
  @Test
  void whatIsReplacedHasTheLimitsOfWhatReplacesIt() {
    String half = "x".repeat(OperationLimits.CONTENT_BYTES * 2 / 3);
    assertEquals(
        Decision.COMMITTED, n1.does(OperationSpec.reload(Map.of("conf/a", half))).decision());
    assertEquals(
        Decision.COMMITTED, n1.does(OperationSpec.reload(Map.of("conf/b", half))).decision());
    n2.fault = "complete-once throw";
    Operation refused = n1.does(OperationSpec.reload(Map.of("conf/a", "1", "conf/b", "1")));
    assertEquals(Decision.ABORTED, refused.decision());
    assertTrue(refused.reason().contains("could not be rolled back"), refused.reason());
    world.settle();
    n2.fault = "";
    assertEquals(
        Decision.COMMITTED, n1.does(OperationSpec.reload(Map.of("conf/a", "1"))).decision());
    world.settle();
    assertEquals(Map.of("conf/a", "1", "conf/b", half), n3.shop.conf);
  }

  @Test
  void onlySoManyAreRemembered() {
    for (int i = 0; i < OperationLimits.LOG + 10; i++) {
      assertEquals(Decision.COMMITTED, n1.does(DDL).decision());
    }
    assertEquals(OperationLimits.LOG, world.log().size());
    assertEquals(Code.NOT_FOUND, world.refused(n2.operations.operation(1)));
    n2.cut = true;
    world.until("still online", 20_000, () -> world.get(n3.operations.nodes()).size() == 2);
    for (int i = 0; i < OperationLimits.LOG + 10; i++) {
      n1.does(DDL);
    }
    n2.cut = false;
    world.settle();
    assertTrue(n2.shop.last.everything());
  }

  @Test
  void whatCannotBeIsRefused() {
    assertEquals(Code.INVALID, thrown(() -> OperationSpec.ddl("", "x")));
    assertEquals(Code.INVALID, thrown(() -> OperationSpec.ddl("a//b", "x")));
    assertEquals(Code.INVALID, thrown(() -> OperationSpec.reload(Map.of("online/n1", "x"))));
    String large = "x".repeat(OperationLimits.CONTENT_BYTES);
    assertEquals(Code.TOO_LARGE, thrown(() -> OperationSpec.ddl("a", large + "x")));
    assertEquals(Code.TOO_LARGE, thrown(() -> OperationSpec.createView("a", large)));
    assertEquals(Decision.COMMITTED, n1.does(OperationSpec.ddl("a", large)).decision());
    assertEquals(Code.INVALID, thrown(() -> new Self("a/b", "x")));
    assertEquals(Code.INVALID, world.refused(n1.operations.run(null)));
    assertEquals(Code.INVALID, world.refused(n1.operations.remove(null)));
    assertEquals(Code.INVALID, world.refused(n1.operations.resolve(1, null, "why", false)));
    assertEquals(Code.INVALID, world.refused(n1.operations.resolve(1, "me", null, false)));
    world.settle();
  }

  private static Code thrown(Runnable call) {
    try {
      call.run();
    } catch (OperationException e) {
      return e.code();
    }
    return null;
  }
}
