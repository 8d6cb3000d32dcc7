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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Standing;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.WatchListener;

/** That what one provider keeps goes on at another. Each test has a source and a target of its own. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
public abstract class MovingContract {
  private static final AtomicLong EPOCHS = new AtomicLong(4);

  /** The shortest there is: nothing of a test may depend on such a session. */
  private static final long BRIEF_TTL_MS = 1_000;

  /** Longer than it takes a session of the shortest TTL to end that nobody keeps alive. */
  private static final long PAST_TTL_MS = 2_500;

  private final long epoch = EPOCHS.addAndGet(10);
  private final FencingToken by = laterToken();
  private final List<Coordinator> clients = new ArrayList<>();

  /** Of who moves something later than all before. */
  public static FencingToken laterToken() {
    return new FencingToken(1, EPOCHS.addAndGet(10));
  }

  /** A client of the source, where nothing is kept when a test begins. */
  protected abstract Movable openSource(String client, long epoch) throws Exception;

  /** A client of the target, likewise. */
  protected abstract Movable openTarget(String client, long epoch) throws Exception;

  /** Ends a client as the death of its process would. */
  protected abstract void kill(Movable client) throws Exception;

  private Movable source(String client) throws Exception {
    return kept(openSource(client, epoch));
  }

  private Movable target(String client) throws Exception {
    return kept(openTarget(client, epoch + 1));
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
    assertTrue(await(one.seal("it moves", by)));
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
    assertTrue(await(one.unseal(by)));
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
    assertTrue(await(from.seal("it moves", by)));
    Inventory inventory = await(from.inventory());
    assertEquals(10, inventory.keys().size());
    assertEquals(2L, inventory.numbers().get("n/"));

    Movable to = target("to");
    await(to.take(inventory, by));
    Inventory there = await(to.inventory());
    assertTrue(there.revision() >= inventory.start());
    assertSame(inventory, there);
    assertFails(Code.INVALID, to.take(inventory, by));

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

    assertTrue(await(from.retire("moved to the target", by)));
    assertTrue(await(from.inventory()).isEmpty());
    assertFails(Code.UNAVAILABLE, source("late").put("a", text("1")));
  }

  private static void assertSame(Inventory wanted, Inventory there) {
    assertEquals(wanted.keys(), there.keys());
    assertEquals(wanted.numbers(), there.numbers());
    assertEquals(wanted.sessions(), there.sessions());
    assertEquals(wanted.locks(), there.locks());
    assertEquals(wanted.forced(), there.forced());
  }

  @Test
  void conditionsOnWhatWasSeenBeforeMeanTheSame() throws Exception {
    Movable from = source("from");
    CoordinatorSession owner = session(from, "owner");
    for (int i = 0; i < 3; i++) {
      await(from.put("c/a", text("" + i)));
    }
    long first = await(from.put("c/b", text("1")));
    long second = await(from.put("c/d", text("1")));
    await(from.transact(Transaction.of(new Op.Put("c/own", text("1"), owner.id()))));
    await(from.seal("it moves", by));
    Inventory inventory = await(from.inventory());
    Movable to = target("to");
    await(to.take(inventory, by));

    Op note = new Op.Put("noted", text("1"));
    assertTrue(done(to, new Condition.Version("c/a", 3), note));
    assertFalse(done(to, new Condition.Version("c/a", 1), note));
    assertFalse(done(to, new Condition.Unchanged("c/b", second), note));
    assertTrue(done(to, new Condition.OwnedBy("c/own", owner.id()), note));
    assertFalse(done(to, new Condition.OwnedBy("c/own", owner.id() + 1), note));
    if (to.capabilities().contains(Capability.RANGE_CONDITIONS)) {
      assertTrue(done(to, new Condition.TreeNotPutSince("c", inventory.revision()), note));
      assertFalse(done(to, new Condition.TreeNotPutSince("c", first), note));
      assertFalse(done(to, new Condition.TreeEmpty("c"), note));
    }
    await(to.put("c/a", text("x")));
    assertTrue(done(to, new Condition.Version("c/a", 4), note));
    assertFalse(done(to, new Condition.Version("c/a", 2), note));
    if (to.capabilities().contains(Capability.RANGE_CONDITIONS)) {
      assertFalse(done(to, new Condition.TreeNotPutSince("c", inventory.revision()), note));
    }
    // Deleted and made anew it counts from 1.
    Op again = new Op.Put("c/a", text("y"));
    assertTrue(await(to.delete("c/a")));
    assertFalse(done(to, new Condition.Version("c/a", 3), again));
    assertTrue(done(to, new Condition.Absent("c/a"), again));
    assertFalse(done(to, new Condition.Version("c/a", 5), again));
    assertTrue(done(to, new Condition.Version("c/a", 1), again));
    assertTrue(done(to, new Condition.Version("c/a", 2), again));
    assertTrue(
        await(
                to.transact(
                    new Transaction(
                        List.of(new Condition.Version("c/a", 3), new Condition.Version("c/b", 1)),
                        List.of(again))))
            .succeeded());
    assertEquals(4, await(to.get("c/a")).version());
    assertTrue(await(to.get("c/a")).createRevision() >= inventory.start());
    if (to.capabilities().contains(Capability.OLD_REVISIONS)) {
      RangeQuery all = RangeQuery.of(Scope.tree("c"));
      Listing then = await(to.range(all.at(inventory.revision())));
      assertEquals(inventory.keys(), then.entries());
      assertEquals(inventory.revision(), then.revision());
      assertFails(Code.COMPACTED, to.range(all.at(inventory.revision() - 1)));
    }
  }

  @Test
  void whoWatchesTheTargetSeesWhatComesAfter() throws Exception {
    Movable from = source("from");
    await(from.put("w/a", text("1")));
    await(from.seal("it moves", by));
    Inventory inventory = await(from.inventory());
    Movable to = target("to");
    Movable beside = target("beside");
    Seen early = new Seen();
    beside.watch(Scope.tree("w"), 0, early);
    long index = Math.max(1, await(beside.inventory()).revision());
    CompletableFuture<Listing> asked =
        beside.poll(List.of(Scope.tree("w")), index, 60_000).toCompletableFuture();
    assertNull(await(beside.get("w/a")));
    await(to.take(inventory, by));
    assertEquals(inventory.keys().get(0), await(beside.get("w/a")), "as soon as it is there");
    assertEquals(inventory.keys(), await(asked).entries());
    until("what came is not told key by key", () -> early.why != null);
    assertEquals(Code.COMPACTED, early.why.code());
    assertEquals(List.of(), early.events);
    Seen old = new Seen();
    beside.watch(Scope.tree("w"), inventory.revision(), old);
    until("what was before is not told", () -> old.why != null);
    assertEquals(Code.COMPACTED, old.why.code());
    Seen fresh = new Seen();
    beside.watch(Scope.tree("w"), inventory.revision() + 1, fresh);
    CompletableFuture<Listing> waits =
        beside.poll(List.of(Scope.tree("w")), inventory.revision(), 60_000).toCompletableFuture();
    assertFalse(waits.isDone());
    long at = await(to.put("w/a", text("2")));
    until("the change", () -> !fresh.events.isEmpty());
    assertEquals(at, fresh.events.get(0).revision());
    assertEquals(2, fresh.events.get(0).entry().version());
    assertNull(fresh.why);
    assertTrue(await(waits).revision() >= at);
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
    await(from.seal("it moves", by));
    Movable to = target("to");
    await(to.take(await(from.inventory()), by));
    assertTrue(await(to.retire("given up", by)));
    assertTrue(await(to.inventory()).isEmpty());
    assertFails(Code.UNAVAILABLE, to.put("a", text("1")));
    assertTrue(await(from.unseal(by)));
    until("a change is taken again", () -> taken(from));
    assertTrue(done(from, new Condition.Held("lock", lock.token()), new Op.Delete("own")));
    await(session.keepAlive());

    // And once more, to where it was given up.
    await(from.seal("it moves again", by));
    await(to.take(await(from.inventory()), by));
    CoordinatorSession there = await(to.resume(session.id(), session.secret(), true));
    assertEquals(there.id(), await(to.locks(Scope.key("lock"))).get(0).holder().session());
    assertEquals("4", await(to.get("a")).value().utf8());
  }

  @Test
  void whatWasWarmedIsMadeIntoWhatIsTaken() throws Exception {
    Movable from = source("from");
    CoordinatorSession brief = await(from.openSession(SessionSpec.of("brief", BRIEF_TTL_MS)));
    CoordinatorSession stays = session(from, "stays");
    CoordinatorSession frees = await(from.openSession(SessionSpec.of("frees", 30_000).releasing()));
    CoordinatorSession goes = session(from, "goes");
    Op numbered = new Op.PutSequential("n/", Bytes.EMPTY, goes.id());
    await(
        from.transact(
            Transaction.of(
                new Op.Put("stays", text("1"), stays.id()),
                new Op.Put("frees", text("1"), frees.id()),
                new Op.Put("goes", text("1"), goes.id()),
                new Op.Put("changes", text("1")),
                new Op.Put("is deleted", text("1")),
                numbered)));
    HeldLock lock = locked(goes, "lock");
    stays.lock(LockSpec.queued("lock", "in line", 60_000));
    untilWaiting(from, "lock");
    HeldLock same = locked(frees, "same");

    Movable to = target("to");
    await(to.warm(await(from.inventory()), by));
    assertFails(Code.UNAVAILABLE, to.put("theirs", text("1")));
    assertFails(Code.UNAVAILABLE, to.openSession(SessionSpec.of("early", 5_000)));
    assertFails(Code.UNAVAILABLE, target("another").put("theirs", text("1")));
    await(to.warm(await(from.inventory()), by));
    Thread.sleep(PAST_TTL_MS);

    await(goes.close());
    await(from.put("changes", text("2")));
    await(from.delete("is deleted"));
    CoordinatorSession comes = session(from, "comes");
    await(
        from.transact(Transaction.of(new Op.Put("comes", text("1"), comes.id()), numbered(comes))));
    assertTrue(await(from.forceRelease("same", same.token(), "ann", "a test")));
    await(from.seal("it moves", by));
    Inventory inventory = await(from.inventory());
    long taking = System.nanoTime();
    await(to.take(inventory, by));
    boolean moved = inventory.sessions().stream().anyMatch(s -> s.info().id() == brief.id());
    if (moved
        && !isResumed(to, brief)) { // so long has it taken since then, not since it was warmed
      long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - taking);
      assertTrue(
          ms >= BRIEF_TTL_MS, "a session that was warmed ended " + ms + " ms after the take");
    }
    assertSame(without(brief, inventory), without(brief, await(to.inventory())));
    for (CoordinatorSession each : List.of(stays, frees, comes)) {
      await(await(to.resume(each.id(), each.secret(), true)).keepAlive());
    }
    assertFails(Code.SESSION_EXPIRED, to.resume(goes.id(), goes.secret(), true));
    LockInfo info = await(to.locks(Scope.key("lock"))).get(0);
    assertEquals(stays.id(), info.holder().session());
    assertTrue(info.holder().token().compareTo(lock.token()) > 0);
    assertEquals("2", await(to.get("changes")).value().utf8());
    assertNull(await(to.get("is deleted")));
  }

  private static boolean isResumed(Movable at, CoordinatorSession session) throws Exception {
    try {
      await(at.resume(session.id(), session.secret(), true));
      return true;
    } catch (CoordinationException e) {
      assertEquals(Code.SESSION_EXPIRED, e.code(), e.getMessage());
      return false;
    }
  }

  private static Inventory without(CoordinatorSession session, Inventory all) {
    return new Inventory(
        all.revision(),
        all.highest(),
        all.keys(),
        all.numbers(),
        all.sessions().stream().filter(s -> s.info().id() != session.id()).toList(),
        all.locks(),
        all.forced());
  }

  private static Op numbered(CoordinatorSession owner) {
    return new Op.PutSequential("n/", Bytes.EMPTY, owner.id());
  }

  private static void assertMoved(CompletionStage<?> answer) throws Exception {
    try {
      await(answer);
      throw new AssertionError("it answered");
    } catch (CoordinationException why) {
      assertEquals(Code.UNAVAILABLE, why.code(), why.toString());
      assertTrue(why.isSealed(), why.toString());
      assertTrue(why.getMessage().contains("moved to the target"), why.getMessage());
    }
  }

  /** Who has heard nothing of the move is told by the place itself; who goes along looks back. */
  @Test
  void whatHasLeftIsReadByNobodyWhoStays() throws Exception {
    Movable from = source("from");
    Movable stays = source("stays");
    Movable along = source("along");
    long index = await(stays.put("a", text("1")));
    await(along.get("a"));
    CoordinatorSession session = session(stays, "s");
    HeldLock lock = locked(session, "lock");
    CoordinatorSession waits = session(stays, "w");
    var inLine = waits.lock(LockSpec.queued("lock", "a test", 60_000));
    untilWaiting(from, "lock");
    CompletableFuture<CoordinationException> ended = new CompletableFuture<>();
    stays.watch(Scope.tree(""), index + 1, ends(ended));
    var poll = stays.poll(List.of(Scope.key("a")), index, 60_000);
    FencingToken before = await(from.standing()).mover();
    assertEquals(new Standing(before, null, false), await(from.standing()));
    assertTrue(before.compareTo(by) < 0);
    assertFalse(await(from.leave("too early", by)), "it is not sealed");
    await(from.seal("it moves", by));
    assertEquals(new Standing(by, "it moves", false), await(from.standing()));
    assertEquals("1", await(stays.get("a")).value().utf8());
    Inventory inventory = await(from.inventory());
    along.lookBack(true);
    assertTrue(await(from.leave("moved to the target", by)));
    assertEquals(new Standing(by, "moved to the target", true), await(from.standing()));
    assertMoved(poll);
    try {
      await(inLine);
      throw new AssertionError("it waited for a lock, and has it");
    } catch (CoordinationException why) { // its session is held no more, or all has gone
      assertTrue(why.isSealed() || why.code() == Code.SESSION_EXPIRED, why.toString());
    }
    assertTrue(await(ended).isSealed());
    assertEquals(SessionEnd.DETACHED, await(session.ended()));
    assertEquals(HeldLock.Loss.SESSION_ENDED, await(lock.lost()));
    refusesAll(stays, index);
    assertEquals("1", await(along.get("a")).value().utf8());
    assertTrue(await(along.changedSince(Scope.tree(""), index - 1)));
    assertFalse(await(along.changedSince(Scope.tree(""), index)));
    assertEquals(1, await(along.locks(Scope.key("lock"))).size());
    assertSame(inventory, await(from.inventory()));
    assertTrue(await(from.retire("moved to the target", by)));
    refusesAll(stays, index);
    refusesAll(source("late"), index);
    assertFails(Code.UNAVAILABLE, stays.resume(session.id(), session.secret(), true));
    assertTrue(await(from.unseal(by)));
    assertEquals(new Standing(by, null, false), await(from.standing()));
    assertNull(await(stays.get("a")));
    await(stays.put("a", text("2")));
  }

  private static void refusesAll(Movable place, long index) throws Exception {
    assertMoved(place.get("a"));
    assertMoved(place.get("none"));
    assertMoved(place.children("", "", 10));
    assertMoved(place.locks(Scope.tree("")));
    assertMoved(place.sessions());
    assertMoved(place.poll(List.of(Scope.key("a")), index, 0));
    CompletableFuture<CoordinationException> ended = new CompletableFuture<>();
    place.watch(Scope.tree(""), index + 1, ends(ended));
    assertTrue(await(ended).isSealed());
    assertFails(Code.UNAVAILABLE, place.put("a", text("late")));
    assertFails(Code.UNAVAILABLE, place.openSession(SessionSpec.of("late", 5_000)));
  }

  private static WatchListener ends(CompletableFuture<CoordinationException> ended) {
    return new WatchListener() {
      @Override
      public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
        return null;
      }

      @Override
      public void ended(CoordinationException why) {
        ended.complete(why);
      }
    };
  }

  @Test
  void whatSomebodyBeganWhoDiedIsDoneAnew() throws Exception {
    Movable from = source("from");
    CoordinatorSession session = session(from, "stays");
    HeldLock lock = locked(session, "lock");
    await(from.transact(Transaction.of(new Op.Put("own", text("1"), session.id()))));
    await(from.put("changes", text("1")));
    Inventory early = await(from.inventory());
    for (int i = 0; i < 20; i++) {
      await(from.put("large/" + i, Bytes.wrap(new byte[200_000])));
    }
    await(from.put("changes", text("2")));
    await(from.seal("it moves", by));
    Inventory inventory = await(from.inventory());

    Movable dies = openTarget("dies", epoch + 1);
    await(dies.warm(early, by));
    dies.warm(
        inventory, by); // all but the last step of a take: however far it comes, nobody is let in
    kill(dies);
    Movable to = target("to");
    assertFails(Code.UNAVAILABLE, to.put("theirs", text("1")));
    await(to.take(inventory, laterToken())); // what is under way yet of the dead one is refused
    assertSame(inventory, await(to.inventory()));
    assertTrue(done(to, new Condition.Held("lock", lock.token()), new Op.Put("x", text("1"))));
    await(await(to.resume(session.id(), session.secret(), true)).close());
    assertNull(await(to.get("own")));
    assertEquals(List.of(), await(to.locks(Scope.key("lock"))));
  }

  @Test
  void whoIsOvertakenTakesNothingIn() throws Exception {
    Movable from = source("from");
    await(from.put("a", text("1")));
    await(from.seal("it moves", by));
    Inventory inventory = await(from.inventory());
    Movable one = target("one");
    Movable two = target("two");
    await(one.warm(inventory, by));
    await(two.take(inventory, by));
    assertFails(Code.INVALID, one.take(inventory, by));
    assertFails(Code.INVALID, one.warm(inventory, by));
    assertEquals(1, await(one.children("", "", 10)).children().size());
    assertTrue(await(one.put("a", text("2"))) > inventory.start());
    assertEquals(2, await(two.get("a")).version());
  }

  @Test
  void whoHasLostItsTurnChangesNothing() throws Exception {
    Movable from = source("from");
    Movable to = target("to");
    FencingToken late = laterToken();
    CoordinatorSession session = session(from, "stays");
    HeldLock lock = locked(session, "lock");
    await(from.transact(Transaction.of(new Op.Put("own", text("1"), session.id()))));
    await(to.warm(await(from.inventory()), by));
    FencingToken next = laterToken();
    Movable another = target("another");
    await(another.warm(await(from.inventory()), next));
    assertNothingIsDone(to, late);
    await(from.seal("it moves", next));
    assertNothingIsDone(from, late);
    Inventory inventory = await(from.inventory());
    await(another.take(inventory, next));
    assertNothingIsDone(to, late);
    assertSame(inventory, await(to.inventory()));
    await(from.retire("moved", next));
    assertNothingIsDone(from, late);
    await(to.put("a", text("1")));

    // And with what comes back later, whoever is late.
    FencingToken last = laterToken();
    await(to.seal("it moves back", last));
    inventory = await(to.inventory());
    await(from.take(inventory, last));
    await(to.retire("moved back", last));
    for (FencingToken each : List.of(by, late, next)) {
      assertNothingIsDone(from, each);
      assertNothingIsDone(to, each);
    }
    assertSame(inventory, await(from.inventory()));
    assertTrue(await(to.inventory()).isEmpty());
    assertTrue(done(from, new Condition.Held("lock", lock.token()), new Op.Put("x", text("1"))));
    await(await(from.resume(session.id(), session.secret(), true)).keepAlive());
    assertFails(Code.UNAVAILABLE, to.put("a", text("2")));

    // Nor where nothing is kept that is used.
    await(from.retire("moved", last));
    await(from.unseal(last));
    assertNothingIsDone(from, next);
    await(from.put("a", text("1")));
  }

  private static void assertNothingIsDone(Movable place, FencingToken late) throws Exception {
    Inventory nothing = new Inventory(1, 1, List.of(), Map.of(), List.of(), List.of(), List.of());
    assertFails(Code.LOCK_LOST, place.seal("late", late));
    assertFails(Code.LOCK_LOST, place.unseal(late));
    assertFails(Code.LOCK_LOST, place.retire("late", late));
    for (CompletionStage<Void> each :
        List.of(place.warm(nothing, late), place.take(nothing, late))) {
      try {
        await(each);
        throw new AssertionError("taken in by who has lost its turn");
      } catch (CoordinationException e) {
        // Where something is kept that is told first.
        assertTrue(e.code() == Code.LOCK_LOST || e.code() == Code.INVALID, e.toString());
      }
    }
  }

  @Test
  void whatWentCanComeBack() throws Exception {
    Movable from = source("from");
    CoordinatorSession session = session(from, "travels");
    HeldLock lock = locked(session, "lock");
    long first = await(from.put("a", text("1")));
    await(from.transact(Transaction.of(new Op.Put("own", text("1"), session.id()))));
    await(from.seal("it moves", by));
    Movable to = target("to");
    await(to.take(await(from.inventory()), by));
    await(from.retire("moved", by));
    CoordinatorSession there = await(to.resume(session.id(), session.secret(), true));
    HeldLock second = locked(there, "second");
    await(to.put("a", text("2")));
    Transaction mine = Transaction.of(new Op.Put("own", text("2"), there.id()));
    assertTrue(await(to.transact(mine)).succeeded());
    await(to.seal("it moves back", by));
    Inventory inventory = await(to.inventory());

    Movable back = kept(openSource("back", epoch + 2));
    await(back.take(inventory, by));
    await(to.retire("moved back", by));
    assertSame(inventory, await(back.inventory()));
    assertSame(inventory, await(from.inventory()));
    assertEquals(first, await(back.get("a")).createRevision());
    assertEquals(2, await(back.get("a")).version());
    CoordinatorSession here = await(back.resume(session.id(), session.secret(), true));
    assertTrue(done(back, new Condition.Held("lock", lock.token()), new Op.Put("x", text("1"))));
    assertTrue(done(from, new Condition.Held("second", second.token()), new Op.Delete("x")));
    assertTrue(done(back, new Condition.OwnedBy("own", here.id()), new Op.Put("a", text("3"))));
    assertTrue(session(back, "new").id() >= inventory.start());
    await(here.close());
    assertNull(await(from.get("own")));
    HeldLock third = locked(session(from, "next"), "lock");
    assertTrue(third.token().compareTo(second.token()) > 0);
    assertTrue(await(third.release()));
  }

  @Test
  void whereSomethingIsKeptNothingIsTakenIn() throws Exception {
    Movable from = source("from");
    await(from.put("a", text("1")));
    await(from.seal("it moves", by));
    Movable to = target("to");
    await(to.put("theirs", text("1")));
    assertFails(Code.INVALID, to.take(await(from.inventory()), by));
    await(to.seal("by hand", by));
    assertFails(Code.INVALID, to.take(await(from.inventory()), by));
    assertEquals("1", await(to.get("theirs")).value().utf8());
    assertNull(await(to.get("a")));
  }
}
