package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.coordinator.swap.Authority;
import org.quorate.coordinator.swap.SwappableCoordinator;
import org.quorate.runtime.node.ForgetfulAccess.Fate;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.tck.coordination.CoordinatorContract;
import org.quorate.tck.coordination.CoordinatorFixture;

/** The native coordinator on a group of raft, as bundles of a node have it, whoever leads. */
class RaftCoordinatorTest extends CoordinatorContract {
  private static final FencingToken BY = new FencingToken(1, 1);

  @TempDir static Path folder;
  private ForgetfulAccess access;
  private Coordinator unlucky;

  @Override
  protected CoordinatorFixture newFixture() throws Exception {
    return new ClusterFixture(folder, "raft", NodeId.of("n3"));
  }

  @AfterEach
  void closeUnlucky() {
    if (unlucky != null) {
      unlucky.close();
      unlucky = null;
    }
  }

  /** Deleted keys are walked over by whoever asks next: their number must not grow with use. */
  @Test
  void aLockThatIsHandedOverAgainAndAgainLeavesNoMoreKeysThanClaimants() throws Exception {
    String name = path() + "/lock";
    List<CoordinatorSession> sessions = new ArrayList<>();
    List<HeldLock> held = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sessions.add(session("client " + i));
    }
    CompletableFuture<LockOutcome> next = ask(sessions.get(0), name);
    for (int i = 1; i <= 30; i++) {
      HeldLock lock = next.get(60, SECONDS).orThrow();
      held.forEach(before -> assertTrue(lock.token().compareTo(before.token()) > 0));
      held.add(lock);
      next = ask(sessions.get(i % 3), name);
      assertTrue(lock.release().toCompletableFuture().get(60, SECONDS));
    }
    next.get(60, SECONDS).orThrow();
    long keys = ((ClusterFixture) fixture()).keysEver("coord/l/" + name);
    assertTrue(keys <= 3, keys + " keys for three claimants");
  }

  /** A notice may come without the line, when a leader changes; as a rule it has it. */
  @Test
  void whoIsNextIsToldWithTheNotice() throws Exception {
    int walks = HandOvers.walks((ClusterFixture) fixture(), path() + "/lock", 20);
    assertTrue(walks < 10, "the queue was read " + walks + " times for 20 hand-overs");
  }

  @Test
  void aLockThatWasAskedForWithoutAnswerIsFreeThoughTheSessionLives() throws Exception {
    String name = path() + "/lock";
    CoordinatorSession session = forgetful();
    access.next(Fate.UNANSWERED, Fate.LOST, Fate.LOST);
    assertIndeterminate(ask(session, name));
    assertHolds(session("other"), name);
    assertHolds(session, name);
  }

  @Test
  void aLockIsFreeThoughAskingForItIsExecutedAfterItWasTakenBack() throws Exception {
    String name = path() + "/lock";
    CoordinatorSession session = forgetful();
    CompletableFuture<Void> takenBack = access.next(Fate.DELAYED, Fate.LOST, Fate.ANSWERED);
    assertIndeterminate(ask(session, name));
    takenBack.get(60, SECONDS);
    assertInstanceOf(
        Outcome.Committed.class, access.executeDelayed().toCompletableFuture().get(60, SECONDS));
    ask(session("other"), name).get(60, SECONDS).orThrow();
  }

  @Test
  void whoLeavesTheQueueWithoutAnswerIsPassedOverThoughTheSessionLives() throws Exception {
    String name = path() + "/lock";
    HeldLock lock = ask(session("holder"), name).get(60, SECONDS).orThrow();
    CoordinatorSession session = forgetful();
    access.next(Fate.ANSWERED, Fate.LOST, Fate.LOST, Fate.LOST);
    assertIndeterminate(session.lock(LockSpec.queued(name, "impatient", 200)));
    CompletableFuture<LockOutcome> next = ask(session("next"), name);
    assertTrue(lock.release().toCompletableFuture().get(60, SECONDS));
    HeldLock passed = next.get(60, SECONDS).orThrow();
    assertTrue(passed.release().toCompletableFuture().get(60, SECONDS));
    assertHolds(session, name);
  }

  @Test
  void aReleaseWithoutAnswerIsRepeatedAndTheHolderToldWhenItIsDone() throws Exception {
    String name = path() + "/lock";
    CoordinatorSession session = forgetful();
    Fate[][] cases = {{Fate.LOST, Fate.LOST, Fate.LOST}, {Fate.UNANSWERED}};
    for (Fate[] fates : cases) {
      HeldLock lock = ask(session, name).get(60, SECONDS).orThrow();
      access.next(fates);
      assertIndeterminate(lock.release());
      HeldLock next = ask(session("next"), name).get(60, SECONDS).orThrow();
      assertEquals(HeldLock.Loss.RELEASED, lock.lost().toCompletableFuture().get(60, SECONDS));
      assertFalse(lock.release().toCompletableFuture().get(60, SECONDS));
      assertTrue(next.release().toCompletableFuture().get(60, SECONDS));
    }
    assertHolds(session, name);
  }

  @Test
  void anEndWithoutAnswerIsAskedForAgainUntilItIsKnown() throws Exception {
    Fate[][] cases = {
      {Fate.LOST, Fate.LOST, Fate.LOST}, {Fate.UNANSWERED}, {Fate.ANSWERED, Fate.LOST, Fate.LOST}
    };
    forgetful();
    for (Fate[] fates : cases) {
      String name = path() + "/lock-" + fates.length;
      CoordinatorSession session = openLong(unlucky);
      ask(session, name).get(60, SECONDS).orThrow();
      access.next(fates);
      assertIndeterminate(session.close());
      assertEquals(SessionEnd.CLOSED, session.ended().toCompletableFuture().get(60, SECONDS));
      assertHolds(session("next"), name);
      session.close().toCompletableFuture().get(60, SECONDS);
    }
  }

  /** Refused by a seal, nothing is done: it lives on, and can be ended afterwards. */
  @Test
  void aSessionThatCannotEndWhileAllIsSealedGoesOn() throws Exception {
    forgetful();
    CoordinatorSession session = openLong(unlucky);
    HeldLock lock = ask(session, path() + "/lock").get(60, SECONDS).orThrow();
    Movable all = (Movable) unlucky;
    all.seal("a test", BY).toCompletableFuture().get(60, SECONDS);
    try {
      var failed =
          assertThrows(
              ExecutionException.class,
              () -> session.close().toCompletableFuture().get(60, SECONDS));
      assertTrue(assertInstanceOf(CoordinationException.class, failed.getCause()).isSealed());
    } finally {
      all.unseal(BY).toCompletableFuture().get(60, SECONDS);
    }
    session.keepAlive().toCompletableFuture().get(60, SECONDS);
    assertTrue(lock.release().toCompletableFuture().get(60, SECONDS));
    session.close().toCompletableFuture().get(60, SECONDS);
    assertEquals(SessionEnd.CLOSED, session.ended().toCompletableFuture().get(60, SECONDS));
  }

  /** Whoever tried to resume it has nothing to end it by. */
  @Test
  void aSessionThatCouldNotBeResumedIsNotKeptAlive() throws Exception {
    String name = path() + "/lock";
    Coordinator first = open("first");
    CoordinatorSession session =
        first
            .openSession(SessionSpec.of("goes", 2_000).keptAliveByHand())
            .toCompletableFuture()
            .get(60, SECONDS);
    ask(session, name).get(60, SECONDS).orThrow();
    forgetful();
    access.loseKeepAlives(true);
    var failed =
        assertThrows(
            ExecutionException.class,
            () ->
                unlucky
                    .resume(session.id(), session.secret(), true)
                    .toCompletableFuture()
                    .get(60, SECONDS));
    assertInstanceOf(CoordinationException.class, failed.getCause());
    access.loseKeepAlives(false);
    assertHolds(session("next"), name);
  }

  @Test
  void whoResumesASessionThatIsHeldHereMayHaveItKeptAlive() throws Exception {
    Coordinator client = open("first");
    CoordinatorSession session =
        client
            .openSession(SessionSpec.of("stays", 60_000).keptAliveByHand())
            .toCompletableFuture()
            .get(60, SECONDS);
    CoordinatorSession resumed =
        client.resume(session.id(), session.secret(), true).toCompletableFuture().get(60, SECONDS);
    assertTrue(resumed.spec().automatic());
    resumed.close().toCompletableFuture().get(60, SECONDS);
  }

  /** Each try is a decided command: the longer it is sealed, the rarer they are. */
  @Test
  void whatASealRefusesIsTriedEverLessOften() throws Exception {
    forgetful();
    Movable all = (Movable) open("seals");
    try (LoopThread loop = new LoopThread("swappable")) {
      Coordinator used = new SwappableCoordinator("used", unlucky, Authority.ALWAYS, loop);
      used.put(path(), Bytes.EMPTY).toCompletableFuture().get(60, SECONDS);
      all.seal("a test", BY).toCompletableFuture().get(60, SECONDS);
      final long began = System.nanoTime();
      final int before = access.proposals();
      List<CompletableFuture<Long>> puts = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        puts.add(used.put(path() + "/" + i, Bytes.EMPTY).toCompletableFuture());
      }
      TestCluster.await("tries", () -> access.proposals() - before > puts.size());
      SECONDS.sleep(2);
      int proposals = access.proposals() - before;
      long seconds = SECONDS.convert(System.nanoTime() - began, NANOSECONDS) + 1;
      all.unseal(BY).toCompletableFuture().get(60, SECONDS);
      for (CompletableFuture<Long> put : puts) {
        put.get(60, SECONDS);
      }
      // At once, once more, with pauses that double from 20 ms, then one in 500 ms.
      long most = puts.size() * (8 + 2 * seconds);
      assertTrue(proposals <= most, proposals + " proposals in " + seconds + " s");
      used.shutdown().toCompletableFuture().get(60, SECONDS);
    }
  }

  @Test
  void aListenerThatThrowsAtTheEndHoldsUpNobody() throws Exception {
    forgetful();
    for (Coordinator client : List.of(open("shared"), unlucky)) {
      String name = path() + "/lock-" + client.name().length();
      ask(openLong(client), name).get(60, SECONDS).orThrow();
      List<Ends> listeners = List.of(new Ends(false), new Ends(true), new Ends(false));
      listeners.forEach(listener -> client.watch(Scope.key(name), 0, listener));
      client.shutdown().toCompletableFuture().get(60, SECONDS);
      for (Ends each : listeners) {
        assertEquals(Code.CLOSED, each.ended.get(60, SECONDS));
      }
      assertHolds(session("next"), name);
    }
  }

  private static final class Ends implements WatchListener {
    private final boolean throwing;
    private final CompletableFuture<Code> ended = new CompletableFuture<>();

    Ends(boolean throwing) {
      this.throwing = throwing;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      return null;
    }

    @Override
    public void ended(CoordinationException why) {
      ended.complete(why.code());
      if (throwing) {
        throw new RejectedExecutionException("a test: the listener's executor is shut down");
      }
    }
  }

  /** More than one command walks over: it says so and deletes nothing. */
  @Test
  void aTreeThatIsTooLargeToBeDeletedAtOnceIsRefusedWhole() throws Exception {
    Coordinator client = open("deletes");
    int keys = 20_100;
    for (int i = 0; i < keys; i += 100) {
      List<Op> some = new ArrayList<>();
      for (int k = i; k < i + 100; k++) {
        some.add(new Op.Put(path() + "/tree/" + (k % 2) + "/" + k, Bytes.EMPTY));
      }
      transact(client, some.toArray(Op[]::new));
    }
    var failed =
        assertThrows(
            ExecutionException.class, () -> transact(client, new Op.DeleteTree(path() + "/tree")));
    assertEquals(
        Code.TOO_LARGE, assertInstanceOf(CoordinationException.class, failed.getCause()).code());
    assertEquals(
        2,
        client
            .children(path() + "/tree", "", 10)
            .toCompletableFuture()
            .get(60, SECONDS)
            .children()
            .size());
    transact(client, new Op.DeleteTree(path() + "/tree/0"));
    transact(client, new Op.DeleteTree(path() + "/tree/1"));
    assertEquals(
        0,
        client
            .children(path() + "/tree", "", 10)
            .toCompletableFuture()
            .get(60, SECONDS)
            .children()
            .size());
  }

  private static void transact(Coordinator client, Op... ops) throws Exception {
    client.transact(Transaction.of(ops)).toCompletableFuture().get(60, SECONDS);
  }

  /** A seal refuses the end of a session; it is asked for again when all goes on. */
  @Test
  void whoIsShutDownWhileAllIsSealedEndsItsSessions() throws Exception {
    forgetful();
    Movable all = (Movable) open("seals");
    try (LoopThread loop = new LoopThread("swappable")) {
      SwappableCoordinator used = new SwappableCoordinator("used", unlucky, Authority.ALWAYS, loop);
      CoordinatorSession session = openLong(used);
      ask(session, path() + "/lock").get(60, SECONDS).orThrow();
      all.seal("a test", BY).toCompletableFuture().get(60, SECONDS);
      used.hold();
      final int before = access.proposals();
      final CompletableFuture<Void> over = used.shutdown().toCompletableFuture();
      TestCluster.await("a refusal", () -> access.proposals() > before);
      all.unseal(BY).toCompletableFuture().get(60, SECONDS);
      used.resume();
      assertEquals(SessionEnd.CLOSED, session.ended().toCompletableFuture().get(60, SECONDS));
      over.get(60, SECONDS);
      assertHolds(session("next"), path() + "/lock");
    }
  }

  /** Also who comes second, whichever end it wants. */
  @Test
  void whoeverShutsItDownIsToldWhenItsSessionsHaveEnded() throws Exception {
    Coordinator client = ClusterFixture.open("twice", ((ClusterFixture) fixture()).access());
    CoordinatorSession session = openLong(client);
    client.close();
    for (CompletionStage<Void> end : List.of(client.shutdown(), client.abandon())) {
      CompletionStage<Boolean> ended =
          end.thenApply(over -> session.ended().toCompletableFuture().isDone());
      assertTrue(ended.toCompletableFuture().get(60, SECONDS), "told too early");
    }
    assertEquals(SessionEnd.CLOSED, session.ended().toCompletableFuture().get(60, SECONDS));
  }

  private static CoordinatorSession openLong(Coordinator client) throws Exception {
    return client
        .openSession(SessionSpec.of("long", 3_600_000))
        .toCompletableFuture()
        .get(60, SECONDS);
  }

  private static void assertIndeterminate(CompletionStage<?> stage) {
    var failed =
        assertThrows(ExecutionException.class, () -> stage.toCompletableFuture().get(60, SECONDS));
    var failure = assertInstanceOf(CoordinationException.class, failed.getCause());
    assertEquals(Code.INDETERMINATE, failure.code());
  }

  /** A session on an access of its own, which a test makes lose answers. */
  private CoordinatorSession forgetful() throws Exception {
    access = new ForgetfulAccess(((ClusterFixture) fixture()).access());
    unlucky = ClusterFixture.open("unlucky", access);
    return session(unlucky);
  }

  private CoordinatorSession session(String client) throws Exception {
    return session(open(client));
  }

  private static CoordinatorSession session(Coordinator client) throws Exception {
    return client
        .openSession(SessionSpec.of("lives", 30_000))
        .toCompletableFuture()
        .get(60, SECONDS);
  }

  /** It gets the lock, and gives it back itself: what took an older claim back did not hit it. */
  private static void assertHolds(CoordinatorSession session, String name) throws Exception {
    HeldLock lock = ask(session, name).get(60, SECONDS).orThrow();
    assertTrue(lock.release().toCompletableFuture().get(60, SECONDS));
  }

  private static CompletableFuture<LockOutcome> ask(CoordinatorSession session, String name) {
    return session.lock(LockSpec.queued(name, "again", 60_000)).toCompletableFuture();
  }
}
