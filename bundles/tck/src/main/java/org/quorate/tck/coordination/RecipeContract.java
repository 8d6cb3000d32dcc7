package org.quorate.tck.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.tck.coordination.Coordinated.assertFails;
import static org.quorate.tck.coordination.Coordinated.await;
import static org.quorate.tck.coordination.Coordinated.session;
import static org.quorate.tck.coordination.Coordinated.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.quorate.spi.coordination.BarrierResult;
import org.quorate.spi.coordination.BarrierSpec;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.Leadership;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/** Election and barrier. */
interface RecipeContract extends Coordinated {
  @Test
  default void oneLeadsAfterTheOther() throws Exception {
    Coordinator one = open("one");
    Coordinator two = open("two");
    Coordinator dies = fixture().open("dies");
    String election = path() + "/leader";
    Leadership first = await(one.campaign(session(one, "a"), election, text("a"), PATIENCE_MS));
    assertEquals(text("a"), await(two.get(election)).value());
    assertNull(await(two.campaign(session(two, "b"), election, text("b"), 100)));
    CoordinatorSession doomed = await(dies.openSession(SessionSpec.of("c", SHORT_TTL_MS)));
    CompletableFuture<Leadership> third =
        dies.campaign(doomed, election, text("c"), PATIENCE_MS).toCompletableFuture();
    assertTrue(await(first.announce(text("a2"))));
    assertEquals(text("a2"), await(two.get(election)).value());
    assertTrue(await(first.resign()));
    assertFalse(await(first.announce(text("a3"))));
    assertFalse(await(first.resign()));
    Leadership next = await(third);
    assertTrue(next.token().compareTo(first.token()) > 0);
    assertEquals(text("c"), await(one.get(election)).value());
    CompletableFuture<Leadership> fourth =
        two.campaign(session(two, "d"), election, text("d"), PATIENCE_MS).toCompletableFuture();
    fixture().kill(dies);
    Leadership last = await(fourth);
    assertTrue(last.token().compareTo(next.token()) > 0);
    assertEquals(text("d"), await(one.get(election)).value());
    await(last.resign());
    assertNull(await(one.get(election)));
  }

  private static void answer(Coordinator client, String key, CoordinatorSession session)
      throws Exception {
    await(client.transact(Transaction.of(new Op.Put(key, text("ok"), session.id()))));
  }

  @Test
  default void aBarrierPassesWhenAllHaveAnswered() throws Exception {
    Coordinator waits = open("waits");
    Coordinator client = open("answers");
    String barrier = path() + "/barrier";
    CoordinatorSession session = session(client, "member");
    BarrierSpec spec = new BarrierSpec(barrier, Set.of("n1", "n2", "n3"), "", PATIENCE_MS);
    CompletableFuture<BarrierResult> waiting = waits.barrier(spec).toCompletableFuture();
    answer(client, barrier + "/n2", session);
    answer(client, barrier + "/n9", session);
    answer(client, barrier + "/n1", session);
    fixture().failOver();
    assertFalse(waiting.isDone());
    answer(client, barrier + "/n3", session);
    BarrierResult result = await(waiting);
    assertTrue(result.passed());
    assertEquals(Set.of("n1", "n2", "n3"), result.answers().keySet());
    assertEquals(session.id(), result.answers().get("n1").owner());
  }

  @Test
  default void aBarrierTellsWhoIsMissing() throws Exception {
    Coordinator client = open("one");
    String barrier = path() + "/barrier";
    answer(client, barrier + "/n2", session(client, "member"));
    BarrierSpec spec = new BarrierSpec(barrier, Set.of("n1", "n2", "n3"), "", 200);
    BarrierResult result = await(client.barrier(spec));
    assertFalse(result.passed());
    assertEquals(List.of("n1", "n3"), result.missing());
    assertNotNull(result.answers().get("n2"));
  }

  /** Who is not in the list is not gone: a barrier that cannot see all must not pass. */
  @Test
  default void aBarrierThatCannotSeeAllFails() throws Exception {
    Coordinator client = open("one");
    String barrier = path() + "/barrier";
    String live = path() + "/online";
    await(client.put(live + "/n1", text("well")));
    for (int i = 0; i <= CoordinationLimits.LISTING_ENTRIES; i += 100) {
      List<Op> some = new ArrayList<>();
      for (int k = i; k < i + 100; k++) {
        some.add(new Op.Put(barrier + "/below/" + k, text("x")));
      }
      await(client.transact(Transaction.of(some.toArray(Op[]::new))));
    }
    BarrierSpec spec = new BarrierSpec(barrier, Set.of("n1"), live, PATIENCE_MS);
    assertFails(Code.TOO_LARGE, client.barrier(spec));
    await(client.transact(Transaction.of(new Op.DeleteTree(barrier))));
  }

  @Test
  default void aBarrierWaitsForNobodyWhoIsGone() throws Exception {
    Coordinator client = open("one");
    String barrier = path() + "/barrier";
    String live = path() + "/online";
    CoordinatorSession stays = session(client, "stays");
    CoordinatorSession goes = session(client, "goes");
    CoordinatorSession returns = session(client, "returns");
    answer(client, live + "/n1", stays);
    answer(client, live + "/n2", goes);
    answer(client, live + "/n3", returns);
    BarrierSpec spec =
        new BarrierSpec(barrier, Set.of("n1", "n2", "n3", "never"), live, PATIENCE_MS);
    CompletableFuture<BarrierResult> waiting = client.barrier(spec).toCompletableFuture();
    answer(client, barrier + "/n1", stays);
    await(goes.close());
    // Again and again: nothing tells when the barrier has seen who is there.
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    while (!waiting.isDone() && System.nanoTime() < deadline) {
      await(client.transact(Transaction.of(new Op.Delete(live + "/n3"))));
      answer(client, live + "/n3", returns);
    }
    BarrierResult result = await(waiting);
    assertTrue(result.passed());
    assertEquals(Set.of("n1"), result.answers().keySet());
    assertEquals(List.of("n2", "n3", "never"), result.gone());
  }
}
