package org.quorate.tck.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.tck.coordination.Coordinated.assertFails;
import static org.quorate.tck.coordination.Coordinated.await;
import static org.quorate.tck.coordination.Coordinated.locked;
import static org.quorate.tck.coordination.Coordinated.session;
import static org.quorate.tck.coordination.Coordinated.text;
import static org.quorate.tck.coordination.Coordinated.until;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.WatchListener;

/** That what one provider keeps goes on at another. Each test has a source and a target of its own. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
public abstract class MovingContract {
  private static final long SOURCE_EPOCH = 4;

  private final List<Coordinator> clients = new ArrayList<>();

  /** A client of the source, where nothing is kept when a test begins. */
  protected abstract Movable openSource(String client, long epoch) throws Exception;

  /** A client of the target, likewise. */
  protected abstract Movable openTarget(String client, long epoch) throws Exception;

  private Movable source(String client) throws Exception {
    return kept(openSource(client, SOURCE_EPOCH));
  }

  private Movable target(String client) throws Exception {
    return kept(openTarget(client, SOURCE_EPOCH + 1));
  }

  private Movable kept(Movable client) {
    clients.add(client);
    return client;
  }

  @AfterEach
  void closeClients() {
    clients.forEach(Coordinator::close);
  }

  private static boolean done(Coordinator client, Condition when, Op then) throws Exception {
    return await(client.transact(new Transaction(List.of(when), List.of(then)))).succeeded();
  }

  private static void untilWaiting(Coordinator client, String lock) throws Exception {
    until(
        "a waiter of " + lock,
        () -> {
          try {
            List<LockInfo> found = await(client.locks(Scope.key(lock)));
            return !found.isEmpty() && !found.get(0).waiting().isEmpty();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void whatIsSealedIsReadAndNobodyChangesIt() throws Exception {
    Movable one = source("one");
    Movable two = source("two");
    await(two.put("a", text("1")));
    CoordinatorSession session = session(two, "stays");
    HeldLock lock = locked(session, "a/lock");
    assertTrue(await(one.seal("it moves")));
    CoordinationException why = null;
    try {
      await(two.put("a", text("2")));
    } catch (CoordinationException e) {
      why = e;
    }
    assertNotNull(why, "a change of what is sealed");
    assertEquals(Code.UNAVAILABLE, why.code());
    assertTrue(why.getMessage().contains("it moves"), why.getMessage());
    assertFails(Code.UNAVAILABLE, two.delete("a"));
    assertFails(Code.UNAVAILABLE, two.openSession(SessionSpec.of("late", 5_000)));
    assertFails(Code.UNAVAILABLE, session.lock(LockSpec.tried("another", "late")));
    assertFails(Code.UNAVAILABLE, lock.release());
    assertFails(Code.UNAVAILABLE, one.endSession(session.id()));
    assertFails(Code.UNAVAILABLE, one.forceRelease("a/lock", lock.token(), "ann", "late"));
    assertFails(Code.UNAVAILABLE, source("three").put("a", text("3")));
    assertEquals("1", await(two.get("a")).value().utf8());
    assertEquals(session.id(), await(one.locks(Scope.key("a/lock"))).get(0).holder().session());
    assertTrue(await(one.unseal()));
    until("a change is taken again", () -> taken(two));
    assertTrue(done(two, new Condition.Held("a/lock", lock.token()), new Op.Put("b", text("1"))));
    assertTrue(await(lock.release()));
  }

  /** That a seal is gone need not be known everywhere at once. */
  private static boolean taken(Coordinator client) {
    try {
      await(client.put("a", text("4")));
      return true;
    } catch (CoordinationException e) {
      assertEquals(Code.UNAVAILABLE, e.code());
      return false;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void allGoesOnUnderTheNumbersItHad() throws Exception {
    Movable from = source("from");
    CoordinatorSession owner = session(from, "owner");
    CoordinatorSession waits = await(from.openSession(SessionSpec.of("waits", 30_000).releasing()));
    long first = await(from.put("plain", text("1")));
    await(from.put("plain", text("2")));
    await(from.put("gone", text("1")));
    await(from.delete("gone"));
    Op.Put own = new Op.Put("own", text("mine"), owner.id());
    Op.Put kept = new Op.Put("kept", text("ours"), waits.id());
    Op numbered = new Op.PutSequential("n/", Bytes.EMPTY, 0);
    await(from.transact(Transaction.of(own, kept, numbered, numbered)));
    for (int i = 0; i < 5; i++) {
      await(from.put("large/" + i, Bytes.wrap(new byte[200_000])));
    }
    HeldLock lock = locked(owner, "lock");
    CompletableFuture<LockOutcome> next =
        waits.lock(LockSpec.queued("lock", "in line", 60_000)).toCompletableFuture();
    untilWaiting(from, "lock");
    LockInfo before = await(from.locks(Scope.key("lock"))).get(0);
    HeldLock taken = locked(waits, "taken");
    assertTrue(await(from.forceRelease("taken", taken.token(), "ann", "a test")));
    assertTrue(await(from.seal("it moves")));
    Inventory inventory = await(from.inventory());
    assertEquals(10, inventory.keys().size());
    assertEquals(2L, inventory.numbers().get("n/"));

    Movable to = target("to");
    await(to.take(inventory));
    Inventory there = await(to.inventory());
    assertTrue(there.revision() > inventory.highest());
    assertEquals(inventory.keys(), there.keys());
    assertEquals(inventory.numbers(), there.numbers());
    assertEquals(inventory.sessions(), there.sessions());
    assertEquals(inventory.locks(), there.locks());
    assertEquals(inventory.forced(), there.forced());
    assertFails(Code.INVALID, to.take(inventory));

    // Conditions on what was seen before hold as long as nothing has changed.
    assertFalse(done(to, new Condition.Version("plain", 1), new Op.Put("x", text("1"))));
    assertFalse(done(to, new Condition.Unchanged("plain", first), new Op.Put("x", text("1"))));
    long mod = await(from.get("plain")).modRevision();
    assertTrue(done(to, new Condition.Unchanged("plain", mod), new Op.Put("plain", text("3"))));
    assertEquals(3, await(to.get("plain")).version());
    assertEquals(first, await(to.get("plain")).createRevision());
    assertTrue(await(to.get("plain")).modRevision() > inventory.revision());
    var named = await(to.transact(Transaction.of(numbered))).effects().get(0).key();
    assertEquals("n/0000000002", named);

    // Sessions: the same id and secret, and nothing else.
    assertFails(Code.SESSION_EXPIRED, to.resume(owner.id(), waits.secret(), true));
    CoordinatorSession again = await(to.resume(owner.id(), owner.secret(), true));
    CoordinatorSession waiter = await(to.resume(waits.id(), waits.secret(), true));
    await(again.keepAlive());
    assertTrue(session(to, "new").id() > Math.max(owner.id(), waits.id()));

    // The lock: held with its token, then by who stood in line, then with a higher one.
    Condition held = new Condition.Held("lock", lock.token());
    assertTrue(done(to, held, new Op.Put("x", text("1"))));
    await(again.close());
    assertNull(await(to.get("own")));
    assertFalse(done(to, held, new Op.Put("x", text("2"))));
    LockInfo after = await(to.locks(Scope.key("lock"))).get(0);
    assertEquals(before.waiting().get(0).token(), after.holder().token());
    assertEquals(List.of(), after.waiting());
    await(waiter.close());
    assertEquals(0, await(to.get("kept")).owner());
    HeldLock higher = locked(session(to, "third"), "lock");
    assertTrue(higher.token().compareTo(after.holder().token()) > 0);
    assertFalse(next.isDone() && !next.isCompletedExceptionally(), "granted by the sealed source");

    assertTrue(await(from.retire("moved to the target")));
    assertTrue(await(from.inventory()).isEmpty());
    assertFails(Code.UNAVAILABLE, source("late").put("a", text("1")));
  }

  @Test
  void whoWatchesTheTargetSeesWhatComesAfter() throws Exception {
    Movable from = source("from");
    await(from.put("w/a", text("1")));
    await(from.seal("it moves"));
    Inventory inventory = await(from.inventory());
    Movable to = target("to");
    Movable beside = target("beside");
    await(to.take(inventory));
    long behind = await(to.inventory()).revision();
    Seen old = new Seen();
    beside.watch(Scope.tree("w"), inventory.revision(), old);
    until("what was before is not told", () -> old.why != null);
    assertEquals(Code.COMPACTED, old.why.code());
    Seen fresh = new Seen();
    beside.watch(Scope.tree("w"), behind + 1, fresh);
    long at = await(to.put("w/a", text("2")));
    until("the change", () -> !fresh.events.isEmpty());
    assertEquals(at, fresh.events.get(0).revision());
    assertEquals(2, fresh.events.get(0).entry().version());
    assertNull(fresh.why);
  }

  /** Notes what a watch tells. */
  private static final class Seen implements WatchListener {
    private volatile List<KeyEvent> events = List.of();
    private volatile CoordinationException why;

    @Override
    public CompletionStage<?> changed(List<KeyEvent> told, long upTo) {
      List<KeyEvent> all = new ArrayList<>(events);
      all.addAll(told);
      events = all;
      return null;
    }

    @Override
    public void ended(CoordinationException cause) {
      why = cause;
    }
  }

  @Test
  void theWayBackLeavesNothingBehind() throws Exception {
    Movable from = source("from");
    CoordinatorSession session = session(from, "stays");
    await(from.transact(Transaction.of(new Op.Put("own", text("1"), session.id()))));
    HeldLock lock = locked(session, "lock");
    await(from.seal("it moves"));
    Movable to = target("to");
    await(to.take(await(from.inventory())));
    assertTrue(await(to.retire("given up")));
    assertTrue(await(to.inventory()).isEmpty());
    assertFails(Code.UNAVAILABLE, to.put("a", text("1")));
    assertTrue(await(from.unseal()));
    until("a change is taken again", () -> taken(from));
    assertTrue(done(from, new Condition.Held("lock", lock.token()), new Op.Delete("own")));
    await(session.keepAlive());

    // And once more, to where it was given up.
    await(from.seal("it moves again"));
    await(to.take(await(from.inventory())));
    CoordinatorSession there = await(to.resume(session.id(), session.secret(), true));
    assertEquals(there.id(), await(to.locks(Scope.key("lock"))).get(0).holder().session());
    assertEquals("4", await(to.get("a")).value().utf8());
  }

  @Test
  void whereSomethingIsKeptNothingIsTakenIn() throws Exception {
    Movable from = source("from");
    await(from.put("a", text("1")));
    await(from.seal("it moves"));
    Movable to = target("to");
    await(to.put("theirs", text("1")));
    assertFails(Code.INVALID, to.take(await(from.inventory())));
    await(to.seal("by hand"));
    assertFails(Code.INVALID, to.take(await(from.inventory())));
    assertEquals("1", await(to.get("theirs")).value().utf8());
    assertNull(await(to.get("a")));
  }
}
