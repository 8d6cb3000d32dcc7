package org.quorate.tck.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.quorate.tck.coordination.Coordinated.await;
import static org.quorate.tck.coordination.Coordinated.locked;
import static org.quorate.tck.coordination.Coordinated.session;
import static org.quorate.tck.coordination.Coordinated.text;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/** Locks: who gets them, when, and who sees it. */
interface LockContract extends Coordinated {
  private static LockInfo info(Coordinator client, String name) throws Exception {
    List<LockInfo> found = await(client.locks(Scope.key(name)));
    return found.isEmpty() ? null : found.get(0);
  }

  private static CompletableFuture<LockOutcome> queue(CoordinatorSession session, String name) {
    return session.lock(LockSpec.queued(name, "in line", PATIENCE_MS)).toCompletableFuture();
  }

  /** Waits until so many wait for a lock, so that the order in which they asked is known. */
  private static void untilWaiting(Coordinator client, String name, int count) throws Exception {
    until(client, name, count + " waiting", info -> info.waiting().size() == count);
  }

  /** Waits until a lock is seen so. */
  private static LockInfo until(
      Coordinator client, String name, String what, Predicate<LockInfo> seen) throws Exception {
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
      LockInfo info = info(client, name);
      if (info != null && seen.test(info)) {
        return info;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("never " + what + ": " + info(client, name));
  }

  /** Of who had to wait too: when it asked does not say since when others have waited for it. */
  @Test
  default void everybodySeesSinceWhenALockIsHeld() throws Exception {
    Coordinator client = open("one");
    Coordinator other = open("two");
    String name = path() + "/lock";
    HeldLock first = locked(session(client, "first"), name);
    final CompletableFuture<LockOutcome> next = queue(session(client, "second"), name);
    untilWaiting(other, name, 1);
    LockInfo line = info(other, name);
    assertTrue(line.holder().heldSinceMs() >= line.holder().askedAtMs());
    assertEquals(0, line.waiting().get(0).heldSinceMs());
    assertTrue(await(first.release()));
    HeldLock held = await(next).orThrow();
    LockInfo.Claim holder =
        until(other, name, "since when it is held", i -> i.holder().heldSinceMs() != 0).holder();
    assertTrue(holder.heldSinceMs() >= holder.askedAtMs(), holder.toString());
    assertEquals(held.token(), holder.token());
  }

  private boolean held(Coordinator client, HeldLock lock) throws Exception {
    Condition held = new Condition.Held(lock.name(), lock.token());
    Op put = new Op.Put(path() + "/protected", text(lock.token().toString()));
    return await(client.transact(new Transaction(List.of(held), List.of(put)))).succeeded();
  }

  @Test
  default void whoTriesALockThatIsHeldLearnsByWhom() throws Exception {
    Coordinator one = open("one");
    Coordinator two = open("two");
    String name = path() + "/lock";
    CoordinatorSession holder = session(one, "holder");
    HeldLock lock = await(holder.lock(LockSpec.tried(name, "to be first"))).orThrow();
    assertEquals(name, lock.name());
    assertEquals(holder.id(), lock.session());
    CoordinatorSession second = session(two, "second");
    LockOutcome outcome = await(second.lock(LockSpec.tried(name, "to be second")));
    LockInfo.Claim claim =
        assertInstanceOf(LockOutcome.NotGranted.class, outcome).current().holder();
    assertEquals(lock.token(), claim.token());
    assertEquals(holder.id(), claim.session());
    assertEquals("holder", claim.sessionName());
    assertEquals("to be first", claim.purpose());
    assertTrue(claim.askedAtMs() > 0);
    assertEquals(List.of(), info(two, name).waiting());
    assertTrue(await(lock.release()));
    assertFalse(await(lock.release()));
    assertEquals(HeldLock.Loss.RELEASED, await(lock.lost()));
    HeldLock next = await(second.lock(LockSpec.tried(name, "again"))).orThrow();
    assertTrue(next.token().compareTo(lock.token()) > 0);
    await(next.release());
    assertEquals(List.of(), await(one.locks(Scope.tree(path()))));
  }

  @Test
  default void waitersGetALockInTheOrderInWhichTheyAsked() throws Exception {
    List<Coordinator> clients = List.of(open("one"), open("two"), open("three"));
    String name = path() + "/lock";
    HeldLock lock = locked(session(clients.get(0), "first"), name);
    List<CompletableFuture<LockOutcome>> waiting = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      waiting.add(queue(session(clients.get(i % 3), "waiter " + i), name));
      untilWaiting(clients.get(0), name, i + 1);
    }
    List<LockInfo.Claim> line = info(clients.get(1), name).waiting();
    for (int i = 0; i < 6; i++) {
      assertEquals("waiter " + i, line.get(i).sessionName());
      assertEquals("in line", line.get(i).purpose());
    }
    for (int i = 0; i < 6; i++) {
      assertFalse(waiting.get(i).isDone(), "before its turn");
      FencingToken before = lock.token();
      await(lock.release());
      lock = await(waiting.get(i)).orThrow();
      assertTrue(lock.token().compareTo(before) > 0);
      assertEquals(lock.token(), info(clients.get(2), name).holder().token());
    }
    await(lock.release());
  }

  @Test
  default void whoWaitedLongEnoughLeavesTheQueue() throws Exception {
    Coordinator client = open("one");
    String name = path() + "/lock";
    HeldLock lock = locked(session(client, "holder"), name);
    LockOutcome outcome =
        await(session(client, "impatient").lock(LockSpec.queued(name, "soon", 200)));
    assertEquals(
        lock.token(),
        assertInstanceOf(LockOutcome.NotGranted.class, outcome).current().holder().token());
    assertEquals(List.of(), info(client, name).waiting());
    assertTrue(held(client, lock));
  }

  @Test
  default void aWaiterThatGoesIsPassedOver() throws Exception {
    Coordinator client = open("one");
    String name = path() + "/lock";
    HeldLock lock = locked(session(client, "holder"), name);
    CoordinatorSession goes = session(open("two"), "goes");
    CompletableFuture<LockOutcome> first = queue(goes, name);
    untilWaiting(client, name, 1);
    CompletableFuture<LockOutcome> second = queue(session(client, "stays"), name);
    untilWaiting(client, name, 2);
    await(goes.close());
    Coordinated.assertFails(
        org.quorate.spi.coordination.CoordinationException.Code.SESSION_EXPIRED, first);
    await(lock.release());
    await(await(second).orThrow().release());
  }

  @Test
  default void theEndOfTheHoldersSessionReleasesItsLocks() throws Exception {
    Coordinator client = open("one");
    Coordinator dies = fixture().open("dies");
    String name = path() + "/lock";
    CoordinatorSession doomed = await(dies.openSession(SessionSpec.of("doomed", SHORT_TTL_MS)));
    HeldLock lock = locked(doomed, name);
    CompletableFuture<LockOutcome> waiter = queue(session(client, "next"), name);
    untilWaiting(client, name, 1);
    fixture().kill(dies);
    HeldLock next = await(waiter).orThrow();
    assertTrue(next.token().compareTo(lock.token()) > 0);
    assertFalse(held(client, lock));
    assertTrue(held(client, next));
    CoordinatorSession session = session(client, "releases");
    HeldLock other = locked(session, path() + "/other");
    await(session.close());
    assertEquals(HeldLock.Loss.SESSION_ENDED, await(other.lost()));
    assertEquals(List.of(), await(client.locks(Scope.key(path() + "/other"))));
  }

  @Test
  default void aForcedReleaseIsRememberedAndFencesTheHolder() throws Exception {
    Coordinator one = open("one");
    Coordinator operator = open("operator");
    String name = path() + "/lock";
    CoordinatorSession session = session(one, "holder");
    HeldLock lock = locked(session, name);
    CompletableFuture<LockOutcome> waiter = queue(session(one, "next"), name);
    untilWaiting(one, name, 1);
    FencingToken other = new FencingToken(lock.token().epoch(), lock.token().counter() + 1);
    assertFalse(await(operator.forceRelease(name, other, "ann", "a mistake")));
    Condition guessed = new Condition.Held(name, other);
    Op put = new Op.Put(path() + "/guessed", text("x"));
    assertFalse(
        await(operator.transact(new Transaction(List.of(guessed), List.of(put)))).succeeded());
    assertTrue(held(one, lock));
    assertTrue(await(operator.forceRelease(name, lock.token(), "ann", "it hangs")));
    assertEquals(HeldLock.Loss.FORCED, await(lock.lost()));
    HeldLock next = await(waiter).orThrow();
    assertFalse(held(one, lock));
    assertTrue(held(one, next));
    assertFalse(await(lock.release()));
    assertTrue(held(one, next), "a late release must not hit the next holder");
    ForcedRelease record = await(operator.forcedReleases(1)).get(0);
    assertEquals(name, record.lock());
    assertEquals("ann", record.by());
    assertEquals("it hangs", record.reason());
    assertEquals(lock.token(), record.holder().token());
    assertEquals("holder", record.holder().sessionName());
    assertTrue(record.atMs() > 0);
    await(session.keepAlive());
  }

  @Test
  default void atMostOneHoldsALock() throws Exception {
    String name = path() + "/lock";
    String key = path() + "/counter";
    Coordinator reader = open("reader");
    await(reader.put(key, text("0")));
    List<CompletableFuture<Void>> runs = new ArrayList<>();
    for (int c = 0; c < 3; c++) {
      Coordinator client = open("client " + c);
      CoordinatorSession session = session(client, "counts " + c);
      runs.add(CompletableFuture.runAsync(() -> count(client, session, name, key, 8)));
    }
    for (CompletableFuture<Void> run : runs) {
      await(run);
    }
    assertEquals("24", await(reader.get(key)).value().utf8());
    assertEquals(List.of(), await(reader.locks(Scope.tree(path()))));
  }

  private static void count(
      Coordinator client, CoordinatorSession session, String name, String key, int times) {
    try {
      for (int i = 0; i < times; i++) {
        HeldLock lock = locked(session, name);
        KeyEntry now = await(client.get(key));
        int next = Integer.parseInt(now.value().utf8()) + 1;
        await(client.put(key, text(Integer.toString(next))));
        await(lock.release());
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  default void locksAndQueuesSurviveAFailOver() throws Exception {
    survives(
        () -> {
          fixture().failOver();
          return true;
        });
  }

  @Test
  default void locksAndQueuesSurviveASwap() throws Exception {
    survives(() -> fixture().swap());
  }

  /** What happens to the servers. */
  interface Upheaval {
    boolean happens() throws Exception;
  }

  private void survives(Upheaval upheaval) throws Exception {
    Coordinator one = open("one");
    Coordinator two = open("two");
    String name = path() + "/lock";
    HeldLock lock = locked(session(one, "holder"), name);
    CompletableFuture<LockOutcome> first = queue(session(two, "first"), name);
    untilWaiting(one, name, 1);
    CompletableFuture<LockOutcome> second = queue(session(one, "second"), name);
    untilWaiting(one, name, 2);
    assumeTrue(upheaval.happens(), "the provider cannot do that");
    assertTrue(held(one, lock));
    assertFalse(first.isDone());
    await(lock.release());
    HeldLock next = await(first).orThrow();
    assertTrue(held(two, next));
    assertFalse(second.isDone());
    await(next.release());
    await(await(second).orThrow().release());
    assertEquals(List.of(), await(two.locks(Scope.tree(path()))));
  }
}
