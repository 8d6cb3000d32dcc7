package org.quorate.runtime.node;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.runtime.coordination.SharedCoordinator;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.WatchListener;

/** Clients of a group whose coordination has gone on elsewhere: nobody is told what was. */
@Timeout(value = 120, unit = SECONDS)
class MovedPlaceTest {
  private static final Bytes SEAL = Bytes.utf8("coord/c/seal");
  private static final Bytes MOVED = Bytes.utf8("coord/c/moved");

  @TempDir Path folder;
  private TestCluster cluster;
  private KvClient keys;
  private final AtomicInteger reads = new AtomicInteger();

  @BeforeEach
  void start() throws Exception {
    cluster = TestCluster.serving(folder, 1);
    keys = new KvClient(cluster.client().group(TestCluster.GROUP.name()));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, SECONDS);
  }

  private GroupAccess access() {
    return cluster.client().group(TestCluster.GROUP.name()).access();
  }

  private KvCoordinator open() {
    return open(new CountingAccess(access(), reads));
  }

  private static KvCoordinator open(GroupAccess access) {
    return new KvCoordinator(access, "client", 1, () -> CompletableFuture.completedFuture(null));
  }

  private static SharedCoordinator shared(KvCoordinator of) {
    return new SharedCoordinator(of, () -> CompletableFuture.completedFuture(null));
  }

  private void move() throws Exception {
    await(keys.put(SEAL, Bytes.utf8("moved to 'zk'")).toCompletionStage());
    await(keys.put(MOVED, Bytes.utf8("moved to 'zk'")).toCompletionStage());
  }

  private void bringBack() throws Exception {
    await(keys.delete(MOVED).toCompletionStage());
    await(keys.delete(SEAL).toCompletionStage());
  }

  private static void assertMoved(CompletionStage<?> answer) {
    ExecutionException failed = assertThrows(ExecutionException.class, () -> await(answer));
    CoordinationException why = (CoordinationException) failed.getCause();
    assertEquals(Code.UNAVAILABLE, why.code());
    assertTrue(why.isSealed(), why.toString());
    assertTrue(why.getMessage().contains("moved to 'zk'"), why.getMessage());
  }

  private static final class Told implements WatchListener {
    private final CompletableFuture<KeyEvent> first = new CompletableFuture<>();
    private final CompletableFuture<KeyEvent> ended = new CompletableFuture<>();

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      first.complete(events.get(0));
      return null;
    }

    @Override
    public void ended(CoordinationException why) {
      ended.completeExceptionally(why);
    }
  }

  @Test
  void whoReadsWhatHasGoneIsTold() throws Exception {
    try (KvCoordinator client = open();
        KvCoordinator late = open();
        KvCoordinator own = open();
        SharedCoordinator goesAlong = shared(own)) {
      long index = await(client.put("a", Bytes.utf8("1")));
      assertEquals("1", await(goesAlong.get("a")).value().utf8());
      CoordinatorSession session = await(client.openSession(SessionSpec.of("s", 60_000)));
      HeldLock lock = await(session.lock(LockSpec.tried("l", "a test"))).orThrow();
      Told told = new Told();
      client.watch(Scope.tree(""), index + 1, told);
      var poll = client.poll(List.of(Scope.key("a")), index, 60_000);
      goesAlong.lookBack(true);
      move();
      for (Coordinator each : List.of(client, late)) {
        assertMoved(each.get("a"));
        assertMoved(each.get("none"));
        assertMoved(each.children("", "", 10));
        assertMoved(each.locks(Scope.tree("")));
        assertMoved(each.sessions());
        assertMoved(each.put("a", Bytes.utf8("2")));
        assertMoved(each.poll(List.of(Scope.key("a")), index, 0));
        assertMoved(each.resume(session.id(), session.secret(), true));
      }
      assertMoved(poll);
      assertMoved(told.ended);
      assertEquals(SessionEnd.DETACHED, await(session.ended()));
      assertEquals(HeldLock.Loss.SESSION_ENDED, await(lock.lost()));
      assertEquals("1", await(goesAlong.get("a")).value().utf8());
      assertEquals(1, await(goesAlong.locks(Scope.key("l"))).size());
      bringBack();
      assertEquals("1", await(late.get("a")).value().utf8());
      assertEquals(session.id(), await(late.resume(session.id(), session.secret(), true)).id());
    }
  }

  /** What is deleted where all has gone is no news of it. */
  @Test
  void aWatchDoesNotTellThatItWasEmptied() throws Exception {
    try (KvCoordinator client = open();
        KvCoordinator goesAlong = open()) {
      long index = await(client.put("a", Bytes.utf8("1")));
      await(goesAlong.get("a"));
      Told told = new Told();
      move();
      await(keys.delete(Bytes.utf8("coord/k/a")).toCompletionStage());
      client.watch(Scope.tree(""), index + 1, told);
      assertMoved(told.ended);
      assertTrue(!told.first.isDone(), "it told of what is not so");
      Told all = new Told();
      goesAlong.lookBack(true);
      goesAlong.watch(Scope.tree(""), index + 1, all);
      assertTrue(await(all.first).deleted());
    }
  }

  /** While nobody changes anything in the group, a read is one query. */
  @Test
  void whatIsKnownOfAVersionIsNotAskedForAgain() throws Exception {
    try (KvCoordinator client = open();
        KvCoordinator other = open()) {
      await(other.put("a", Bytes.utf8("1")));
      await(client.get("a"));
      int before = reads.get();
      for (int i = 0; i < 100; i++) {
        assertEquals("1", await(client.get("a")).value().utf8());
        assertNull(await(client.get("none")));
      }
      assertEquals(200, reads.get() - before);
      for (int i = 0; i < 10; i++) {
        await(client.put("b", Bytes.EMPTY)); // what it has changed itself it need not look at
        await(client.get("a"));
      }
      assertEquals(210, reads.get() - before);
      await(other.put("a", Bytes.utf8("2")));
      assertEquals("2", await(client.get("a")).value().utf8());
      assertEquals(212, reads.get() - before);
    }
  }

  /** Whatever is asked of it then is answered, and its end is told. */
  @Test
  void whoseClientIsClosedIsAnswered() throws Exception {
    QuorateClient connected = cluster.client();
    GroupAccess access = connected.group(TestCluster.GROUP.name()).access();
    KvCoordinator client =
        new KvCoordinator(access, "client", 1, () -> CompletableFuture.completedFuture(null));
    CoordinatorSession session = await(client.openSession(SessionSpec.of("s", 60_000)));
    HeldLock lock = await(session.lock(LockSpec.tried("l", "a test"))).orThrow();
    Told told = new Told();
    await(connected.shutdown().toCompletionStage());
    client.watch(Scope.key("a"), 0, told);
    Op own = new Op.Put("a", Bytes.EMPTY, session.id());
    for (CompletionStage<?> each :
        List.of(
            client.get("a"),
            client.put("a", Bytes.EMPTY),
            client.transact(Transaction.of(own)),
            client.poll(List.of(Scope.key("a")), 0, 0),
            client.openSession(SessionSpec.of("late", 60_000)),
            client.resume(session.id(), session.secret(), true),
            client.locks(Scope.tree("")),
            session.keepAlive(),
            session.lock(LockSpec.tried("late", "a test")),
            session.close(),
            lock.release(),
            told.ended)) {
      ExecutionException failed = assertThrows(ExecutionException.class, () -> await(each));
      assertInstanceOf(CoordinationException.class, failed.getCause());
    }
    await(client.shutdown());
  }

  /** In another history a version of the same number says nothing of what is known of this one. */
  @Test
  void aForcedRecoveryIsNotTakenForWhatWas() throws Exception {
    CountingAccess access = new CountingAccess(access(), reads);
    try (KvCoordinator client = open(access)) {
      for (int i = 0; i < 10; i++) {
        await(client.put("a", Bytes.utf8("1")));
      }
      assertEquals("1", await(client.get("a")).value().utf8());
      access.fork(5);
      move();
      assertMoved(client.get("a"));
      assertMoved(client.get("none"));
    }
  }
}
