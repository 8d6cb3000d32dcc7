package org.quorate.tck.coordination;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.quorate.tck.coordination.Coordinated.assertFails;
import static org.quorate.tck.coordination.Coordinated.assertRefused;
import static org.quorate.tck.coordination.Coordinated.await;
import static org.quorate.tck.coordination.Coordinated.session;
import static org.quorate.tck.coordination.Coordinated.text;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/** Sessions and what they own. */
interface SessionContract extends Coordinated {
  private static void own(Coordinator client, String key, CoordinatorSession session)
      throws Exception {
    Op put = new Op.Put(key, text("owned"), session.id());
    assertTrue(await(client.transact(Transaction.of(put))).succeeded());
  }

  /** Waits, by blocking queries, until a key is gone. */
  private static void untilGone(Coordinator client, String key) throws Exception {
    long index = 0;
    boolean there = true;
    for (int i = 0; there && i < 20; i++) {
      var seen = await(client.poll(List.of(Scope.key(key)), index, 10_000));
      index = seen.revision();
      there = !seen.entries().isEmpty();
    }
    assertFalse(there, key + " does not go");
  }

  private static Optional<SessionInfo> find(Coordinator client, long id) throws Exception {
    return await(client.sessions()).stream().filter(s -> s.id() == id).findAny();
  }

  @Test
  default void whatASessionOwnsGoesWithIt() throws Exception {
    Coordinator client = open("one");
    CoordinatorSession session = session(client, "owner");
    own(client, path() + "/a", session);
    own(client, path() + "/b", session);
    await(client.put(path() + "/stays", text("x")));
    KeyEntry owned = await(client.get(path() + "/a"));
    assertEquals(session.id(), owned.owner());
    assertTrue(
        await(
                client.transact(
                    new Transaction(
                        List.of(new Condition.OwnedBy(path() + "/a", session.id())), List.of())))
            .succeeded());
    await(session.close());
    assertEquals(SessionEnd.CLOSED, await(session.ended()));
    assertNull(await(client.get(path() + "/a")));
    assertNull(await(client.get(path() + "/b")));
    assertNotNull(await(client.get(path() + "/stays")));
    await(session.close());
    assertFails(Code.SESSION_EXPIRED, session.keepAlive());
  }

  @Test
  default void aReleasingSessionLeavesItsKeysBehind() throws Exception {
    Coordinator client = open("one");
    CoordinatorSession session =
        await(client.openSession(SessionSpec.of("releasing", LONG_TTL_MS).releasing()));
    own(client, path() + "/a", session);
    KeyEntry before = await(client.get(path() + "/a"));
    long index = await(client.poll(List.of(Scope.tree(path())), 0, 0)).revision();
    await(session.close());
    KeyEntry after = await(client.get(path() + "/a"));
    assertEquals(text("owned"), after.value());
    assertEquals(0, after.owner());
    assertEquals(before.createRevision(), after.createRevision());
    assertTrue(after.modRevision() > before.modRevision());
    assertTrue(await(client.poll(List.of(Scope.tree(path())), index, 0)).revision() > index);
  }

  @Test
  default void aKeyMayChangeItsOwner() throws Exception {
    Coordinator client = open("one");
    CoordinatorSession first = session(client, "first");
    CoordinatorSession second = session(client, "second");
    for (String key : List.of("/kept", "/given", "/set")) {
      own(client, path() + key, first);
    }
    await(client.put(path() + "/kept", text("mine")));
    own(client, path() + "/given", second);
    Op set = new Op.SetValue(path() + "/set", text("set"));
    assertTrue(await(client.transact(Transaction.of(set))).succeeded());
    assertEquals(first.id(), await(client.get(path() + "/set")).owner());
    await(first.close());
    assertEquals(0, await(client.get(path() + "/kept")).owner());
    assertEquals(second.id(), await(client.get(path() + "/given")).owner());
    assertNull(await(client.get(path() + "/set")));
    await(second.close());
    assertNull(await(client.get(path() + "/given")));
  }

  @Test
  default void aSessionThatIsKeptAliveOutlivesItsTtl() throws Exception {
    Coordinator client = open("one");
    CoordinatorSession session = await(client.openSession(SessionSpec.of("kept", SHORT_TTL_MS)));
    own(client, path() + "/a", session);
    TimeUnit.MILLISECONDS.sleep(2 * SHORT_TTL_MS);
    assertNotNull(await(client.get(path() + "/a")));
    await(session.keepAlive());
  }

  /** One that was renewed by hand at that moment or later, and owns a key. */
  record Renewed(CoordinatorSession session, long nanos) {}

  private Renewed renewed(Coordinator client) throws Exception {
    SessionSpec byHand = SessionSpec.of("by hand", SHORT_TTL_MS).keptAliveByHand();
    while (true) {
      long opened = System.nanoTime();
      CoordinatorSession session = await(client.openSession(byHand));
      try {
        own(client, path() + "/a", session);
        long renewed = System.nanoTime();
        await(session.keepAlive());
        return new Renewed(session, renewed);
      } catch (CoordinationException late) { // the machine has taken so long: another one
        assertEquals(Code.SESSION_EXPIRED, late.code(), late.getMessage());
        assertLived(opened);
      }
    }
  }

  private static void assertLived(long sinceNanos) {
    long livedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
    assertTrue(livedMs >= SHORT_TTL_MS, "ended after " + livedMs + " ms");
  }

  @Test
  default void aSessionEndsNotBeforeItsTtlAndThenDoes() throws Exception {
    Coordinator client = open("one");
    Renewed renewed = renewed(client);
    CoordinatorSession session = renewed.session();
    untilGone(client, path() + "/a");
    assertLived(renewed.nanos());
    assertFails(Code.SESSION_EXPIRED, session.keepAlive());
    assertEquals(SessionEnd.EXPIRED, await(session.ended()));
    Op put = new Op.Put(path() + "/late", text("x"), session.id());
    assertFails(Code.SESSION_EXPIRED, client.transact(Transaction.of(put)));
    assertFails(Code.SESSION_EXPIRED, session.lock(LockSpec.tried(path(), "late")));
    assertNull(await(client.get(path() + "/late")));
  }

  @Test
  default void theDeathOfAClientEndsItsSessions() throws Exception {
    Coordinator other = open("other");
    Coordinator client = fixture().open("dies");
    CoordinatorSession session = await(client.openSession(SessionSpec.of("dies", SHORT_TTL_MS)));
    own(client, path() + "/a", session);
    fixture().kill(client);
    untilGone(other, path() + "/a");
    assertTrue(find(other, session.id()).isEmpty());
  }

  @Test
  default void onlyTheSecretResumesASession() throws Exception {
    Coordinator one = open("one");
    CoordinatorSession session = session(one, "moves");
    own(one, path() + "/a", session);
    Coordinator two = open("two");
    byte[] guess = session.secret().toByteArray();
    assertEquals(16, guess.length);
    guess[0] ^= 1;
    assertFails(Code.SESSION_EXPIRED, two.resume(session.id(), Bytes.wrap(guess), true));
    assertFails(Code.SESSION_EXPIRED, two.resume(session.id(), Bytes.EMPTY, true));
    assertFails(Code.SESSION_EXPIRED, two.resume(session.id() + 1, session.secret(), true));
    Op foreign = new Op.Put(path() + "/foreign", text("x"), session.id());
    assertFails(Code.SESSION_EXPIRED, two.transact(Transaction.of(foreign)));
    CoordinatorSession resumed = await(two.resume(session.id(), session.secret(), true));
    assertEquals(session.id(), resumed.id());
    assertEquals("moves", resumed.spec().name());
    own(two, path() + "/b", resumed);
    await(resumed.close());
    assertNull(await(one.get(path() + "/a")));
    assertNull(await(one.get(path() + "/b")));
    assertEquals(SessionEnd.EXPIRED, await(session.ended()));
  }

  @Test
  default void whatIsOutOfBoundsOpensNothing() throws Exception {
    Coordinator client = open("one");
    String longName = "n".repeat(CoordinationLimits.NAME_BYTES + 1);
    assertRefused(Code.TOO_LARGE, () -> SessionSpec.of(longName, LONG_TTL_MS));
    assertRefused(Code.INVALID, () -> SessionSpec.of("hasty", CoordinationLimits.MIN_TTL_MS - 1));
    CoordinatorSession session = session(client, path());
    String lock = path() + "/lock";
    String longPurpose = "p".repeat(CoordinationLimits.PURPOSE_BYTES + 1);
    assertRefused(Code.TOO_LARGE, () -> LockSpec.tried(lock, longPurpose));
    assertRefused(Code.INVALID, () -> LockSpec.tried("a//b", "no name"));
    assertFails(
        Code.TOO_LARGE,
        client.campaign(
            session, lock, Bytes.wrap(new byte[CoordinationLimits.VALUE_BYTES + 1]), PATIENCE_MS));
    Op put = new Op.Put(path() + "/never", text("x"), 77);
    assertFails(Code.SESSION_EXPIRED, client.transact(Transaction.of(put)));
    assertFalse(await(client.endSession(77)));
    assertEquals(List.of(), await(client.locks(Scope.tree(path()))));
    assertEquals(
        List.of(session.id()),
        await(client.sessions()).stream()
            .filter(s -> s.name().equals(path()))
            .map(SessionInfo::id)
            .toList());
    assertEquals(List.of(), await(client.range(RangeQuery.of(Scope.tree(path())))).entries());
  }

  @Test
  default void operatorsSeeAndEndSessions() throws Exception {
    Coordinator one = open("one");
    CoordinatorSession session = session(one, "seen");
    own(one, path() + "/a", session);
    Coordinator two = open("operator");
    SessionInfo info = find(two, session.id()).orElseThrow();
    assertEquals("seen", info.name());
    assertEquals("one", info.client());
    assertEquals(LONG_TTL_MS, info.ttlMs());
    assertTrue(info.openedAtMs() > 0);
    assertTrue(await(two.endSession(session.id())));
    assertFalse(await(two.endSession(session.id())));
    assertNull(await(two.get(path() + "/a")));
    assertEquals(SessionEnd.EXPIRED, await(session.ended()));
    assertTrue(find(two, session.id()).isEmpty());
  }

  @Test
  default void closingAClientEndsItsSessions() throws Exception {
    Coordinator client = open("one");
    CoordinatorSession session = session(client, "goes");
    own(client, path() + "/a", session);
    await(client.shutdown());
    assertEquals(SessionEnd.CLOSED, await(session.ended()));
    assertFails(Code.CLOSED, client.get(path() + "/a"));
    assertNull(await(open("two").get(path() + "/a")));
  }

  @Test
  default void sessionsSurviveAFailOver() throws Exception {
    Coordinator client = open("one");
    CoordinatorSession session = session(client, "survives");
    own(client, path() + "/a", session);
    fixture().failOver();
    await(session.keepAlive());
    own(client, path() + "/b", session);
    assertNotNull(await(client.get(path() + "/a")));
    await(session.close());
    assertNull(await(client.get(path() + "/a")));
    assertNull(await(client.get(path() + "/b")));
  }

  @Test
  default void sessionsSurviveASwap() throws Exception {
    Coordinator client = open("one");
    CoordinatorSession session = session(client, "survives");
    own(client, path() + "/a", session);
    assumeTrue(fixture().swap(), "the provider cannot be swapped");
    await(session.keepAlive());
    assertEquals(session.id(), await(client.get(path() + "/a")).owner());
    own(client, path() + "/b", session);
    await(session.close());
    assertNull(await(client.get(path() + "/a")));
  }
}
