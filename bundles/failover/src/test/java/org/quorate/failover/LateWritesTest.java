package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.TakeoverHandler;
import org.quorate.spi.failover.WorkSpec;

/** Requests that are fifteen seconds on their way: what they meant does not hold any more. */
class LateWritesTest {
  private final World world = new World(11);
  private final Operators operators = world.new Asking().operators;
  private FailoverWork taken;

  @BeforeEach
  void start() {
    world.start("n1", "n2", "n3");
  }

  /** What nobody can finish goes by force, with all that is its. */
  @AfterEach
  void nothingIsLeftBehind() {
    world.get(operators.records()).forEach(r -> world.get(operators.delete(r.id(), true)));
    assertTrue(world.empty(), world::toString);
  }

  private static Predicate<Transaction> writesRecord() {
    return t -> t.then().stream().anyMatch(o -> o instanceof Op.Put p && p.key().contains("/rec/"));
  }

  private FailoverWork begin(String node, String type) {
    FailoverWork work = world.get(world.node(node).registry.begin(WorkSpec.of(type, "db", "t")));
    world.get(work.addLock("db/t"));
    world.get(work.setContent(Bytes.utf8("x")));
    return work;
  }

  /** What takes over and never ends. */
  private void hang(String node) {
    world
        .node(node)
        .registry
        .add(
            new TakeoverHandler() {
              @Override
              public String type() {
                return "move";
              }

              @Override
              public CompletionStage<Void> takeOver(FailoverWork work) {
                taken = work;
                return new CompletableFuture<>();
              }
            });
  }

  private void arrived(String node) {
    world.until("not arrived", 20_000, () -> world.node(node).arrived);
  }

  @Test
  void ofWhoHasNoLeaseAnyMore() {
    FailoverWork work = begin("n3", "move");
    final FailoverRecord before = world.kept(work.id());
    world.node("n3").stalls = writesRecord();
    CompletionStage<Void> late = work.setStatus("n1", ShardState.COMMITTED);
    world.run(100);
    world.node("n3").cut = true;
    arrived("n3");
    assertEquals(before, world.kept(work.id()), "nobody could take it over");
    assertEquals(Code.FENCED, world.refused(late));
  }

  @Test
  void ofWhoLostItWithoutBeingDead() {
    hang("n2");
    FailoverWork work = begin("n3", "move");
    world.node("n3").kill();
    world.until("not taken", 20_000, () -> taken != null);
    world.node("n2").stalls = writesRecord();
    CompletionStage<Void> late = taken.setStatus("n1", ShardState.COMMITTED);
    world.run(10);
    world.get(world.node("n1").registry.retry(work.id(), true));
    arrived("n2");
    assertEquals(Code.FENCED, world.refused(late));
    FailoverRecord kept = world.kept(work.id());
    assertEquals(2, kept.state());
    assertEquals(2, kept.takeover().number());
  }

  /** World checks that nobody is told who is gone. */
  @Test
  void ofWhoAssignsToOneThatHasDied() {
    hang("n2");
    FailoverWork work = begin("n3", "move");
    world.node("n1").stalls = writesRecord();
    world.get(work.abandon("for one that dies"));
    world.until("nothing decided", 1000, () -> world.node("n1").stalls == null);
    world.node("n2").kill();
    world.servers.end(world.servers.keys.get("fo/node/n2").owner());
    arrived("n1");
    world.run(1000);
    assertEquals(0, world.kept(work.id()).takeover().number());
  }

  @Test
  void ofWhoAssignsWhatIsDeleted() {
    hang("n2");
    FailoverWork work = begin("n3", "move");
    world.node("n1").stalls = writesRecord();
    world.node("n3").kill();
    world.until("nothing decided", 20_000, () -> world.node("n1").stalls == null);
    world.get(world.node("n2").registry.deleteForce(work.id(), true));
    arrived("n1");
    world.run(1000);
    assertNull(world.kept(work.id()), "it does not come back");
    assertTrue(world.empty());
  }

  @Test
  void whatIsTakenOverIsNotRetriedUnasked() {
    hang("n2");
    FailoverWork work = begin("n3", "move");
    world.node("n3").kill();
    world.until("not taken", 20_000, () -> taken != null);
    assertEquals(Phase.RUNNING, world.kept(work.id()).takeover().phase());
    assertEquals(Code.IN_USE, world.refused(world.node("n1").registry.retry(work.id(), false)));
  }
}
