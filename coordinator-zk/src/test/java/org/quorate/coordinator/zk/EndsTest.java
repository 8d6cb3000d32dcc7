package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.ACL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.WatchListener;

/** How sessions, watches and requests end, and what is said of it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EndsTest {
  private static final int PATIENCE_S = 60;
  private static final FencingToken MOVER = new FencingToken(1, 1);

  @TempDir Path folder;

  private EmbeddedServer server;
  private ZkCoordinator one;

  @BeforeEach
  void start() throws Exception {
    server = new EmbeddedServer(folder, 0);
    one = open("one", server.address());
  }

  @AfterEach
  void stop() throws Exception {
    try {
      await(one.shutdown());
    } finally {
      server.close();
    }
  }

  private static ZkCoordinator open(String client, String address) throws Exception {
    Map<String, String> values = Map.of("coordinator.zk.connect", address);
    return (ZkCoordinator) await(new ZooKeeperProvider().open(client, 1, new Options(values)));
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private static Code failure(CompletionStage<?> stage) {
    return refusal(stage).code();
  }

  private static CoordinationException refusal(CompletionStage<?> stage) {
    ExecutionException e = assertThrows(ExecutionException.class, () -> await(stage));
    return (CoordinationException) e.getCause();
  }

  @Test
  void aSessionThatCouldNotBeClosedExpires() throws Exception {
    CoordinatorSession session = await(one.openSession(SessionSpec.of("s", 1_000)));
    assertTrue(await(one.seal("a test", MOVER)));
    assertEquals(Code.UNAVAILABLE, failure(session.close()));
    assertTrue(await(one.unseal(MOVER)));
    assertEquals(SessionEnd.CLOSED, await(session.ended()));
    assertTrue(await(one.sessions()).isEmpty());
  }

  @Test
  void whatWasSentBeforeTheEndIsNotSaidToBeUndone() throws Exception {
    try (Link link = new Link(server.port())) {
      ZkCoordinator leaves = open("leaves", link.address());
      await(leaves.put("known", Bytes.utf8("the head")));
      link.stopAt(OpCode.multi);
      CompletionStage<Long> sent = leaves.put("k", Bytes.utf8("1"));
      link.awaitStop();
      CompletionStage<Void> left = leaves.abandon();
      assertEquals(Code.INDETERMINATE, failure(sent), "it was sent");
      assertEquals(Code.CLOSED, failure(leaves.put("k", Bytes.utf8("2"))));
      link.goOn();
      await(left);
    }
  }

  /** By whichever answer: that it is closed, or what became of it, as far as that is known. */
  @Test
  void whateverIsAskedOfACoordinatorThatClosesIsAnswered() throws Exception {
    try (Link link = new Link(server.port())) {
      ZkCoordinator leaves = open("leaves", link.address());
      await(leaves.put("known", Bytes.utf8("the head")));
      link.stopAt(OpCode.multi);
      List<CompletionStage<?>> asked = new CopyOnWriteArrayList<>();
      asked.add(leaves.seal("a test", MOVER));
      link.awaitStop();
      CountDownLatch asking = new CountDownLatch(1);
      CompletableFuture<Void> asker =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  asked.add(leaves.get("known"));
                  asking.countDown();
                }
              });
      assertTrue(asking.await(PATIENCE_S, TimeUnit.SECONDS));
      CompletionStage<Void> left = leaves.abandon();
      link.goOn();
      await(left);
      await(asker);
      for (CompletionStage<?> each : asked) {
        await(each.handle((answer, problem) -> true));
      }
    }
    await(one.unseal(MOVER));
  }

  /** Whoever closes it stops the thread that takes the answers next: then none may be on its way. */
  @Test
  void everyAnswerIsHandedOverBeforeAConnectionIsClosed() throws Exception {
    Map<String, String> values = Map.of("coordinator.zk.connect", server.address());
    Settings settings = Settings.of(new Options(values), null);
    CompletableFuture<Void> answered = new CompletableFuture<>();
    Ensemble ensemble = new Ensemble(server.address(), settings, Runnable::run, up -> {});
    ensemble.curator().start();
    assertTrue(ensemble.curator().blockUntilConnected(PATIENCE_S, TimeUnit.SECONDS));
    CountDownLatch busy = new CountDownLatch(1);
    ensemble
        .curator()
        .getZookeeperClient()
        .getZooKeeper()
        .exists(
            "/",
            false,
            (code, path, context, stat) -> {
              busy.countDown();
              pause();
            },
            null);
    ensemble.readEntry(0, 0, (code, node) -> answered.complete(null));
    assertTrue(busy.await(PATIENCE_S, TimeUnit.SECONDS));
    ensemble.close();
    assertTrue(answered.isDone(), "it was closed before an answer");
  }

  /** The thread that hands answers over is late. */
  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(300);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Notes what it is told, and fails when it is told of the end. */
  private static final class Failing implements WatchListener {
    final CompletableFuture<Code> ended = new CompletableFuture<>();

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      return null;
    }

    @Override
    public void ended(CoordinationException why) {
      ended.complete(why.code());
      throw new IllegalStateException("a test: the executor of this listener was stopped");
    }
  }

  @Test
  void aListenerThatFailsAtItsEndHoldsUpNobody() throws Exception {
    ZkCoordinator two = open("two", server.address());
    Failing first = new Failing();
    two.watch(Scope.key("a"), 0, first);
    await(two.get("a"));
    assertTrue(await(one.retire("a test", MOVER)));
    assertEquals(Code.UNAVAILABLE, await(first.ended)); // as where all has gone from
    assertTrue(await(one.unseal(MOVER)));
    await(one.put("b", Bytes.utf8("1")));
    RangeQuery seen = RangeQuery.of(Scope.key("b")); // sees that it was opened
    until(() -> !await(two.range(seen)).entries().isEmpty());

    Failing last = new Failing();
    two.watch(Scope.key("a"), 0, last);
    CoordinatorSession session = await(two.openSession(SessionSpec.of("s", 60_000)));
    await(two.get("a"));
    await(two.shutdown());
    assertEquals(Code.CLOSED, await(last.ended));
    assertEquals(SessionEnd.CLOSED, await(session.ended()));
  }

  private static void until(Callable<Boolean> check) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!check.call()) {
      assertTrue(System.nanoTime() < end, "not within a minute");
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void aClaimIsOnlyItsOwnSessionsAndWhoseClaimIsTakenBackIsTold() throws Exception {
    CoordinatorSession holder = await(one.openSession(SessionSpec.of("holder", 60_000)));
    CoordinatorSession waiter = await(one.openSession(SessionSpec.of("waiter", 60_000)));
    CoordinatorSession thief = await(one.openSession(SessionSpec.of("thief", 60_000)));
    await(holder.lock(LockSpec.tried("l", "a test")));
    CompletionStage<LockOutcome> next = waiter.lock(LockSpec.queued("l", "a test", 60_000));
    until(() -> !await(one.locks(Scope.key("l"))).get(0).waiting().isEmpty());
    FencingToken claim = await(one.locks(Scope.key("l"))).get(0).waiting().get(0).token();
    LockSpec wanted = LockSpec.queued("l", "a test", 60_000);
    assertEquals(Code.LOCK_LOST, failure(thief.adopt(wanted, claim)));
    LockSpec other = LockSpec.queued("other", "a test", 60_000);
    assertEquals(Code.LOCK_LOST, failure(waiter.adopt(other, claim)));

    // Another process goes on with the claim, and leaves the line when its wait is over.
    ZkCoordinator two = open("two", server.address());
    CoordinatorSession same = await(two.resume(waiter.id(), waiter.secret(), true));
    LockOutcome left = await(same.adopt(LockSpec.queued("l", "a test", 100), claim));
    assertInstanceOf(LockOutcome.NotGranted.class, left);
    assertEquals(Code.LOCK_LOST, failure(next), "its session goes on");
    await(waiter.keepAlive());
    await(two.shutdown());
  }

  @Test
  void whatIsOutOfRangeIsRefused() {
    assertEquals(Code.INVALID, failure(one.forcedReleases(-1)));
    CoordinationException why =
        assertThrows(
            CoordinationException.class, () -> one.watch(Scope.key("a"), -1, new Failing()));
    assertEquals(Code.INVALID, why.code());
  }

  @Test
  void whatServersRefuseIsSaidAtOnceWithWhatToDo() throws Exception {
    await(one.put("a", Bytes.utf8("1")));
    try (CuratorFramework raw =
        CuratorFrameworkFactory.newClient(server.address(), new RetryOneTime(100))) {
      raw.start();
      ZkCoordinator two = open("two", server.address());
      permit(raw, "barrier", ZooDefs.Perms.READ);
      permit(raw, "head", 0);
      Options options = new Options(Map.of("coordinator.zk.connect", server.address()));
      assertEquals(Code.FORBIDDEN, failure(new ZooKeeperProvider().open("none", 1, options)));
      CoordinationException refused = refusal(two.get("a"));
      assertEquals(Code.FORBIDDEN, refused.code());
      assertTrue(refused.getMessage().contains("rights to read, write"), refused.getMessage());
      assertEquals(Code.FORBIDDEN, failure(two.put("a", Bytes.utf8("2"))));
      permit(raw, "barrier", ZooDefs.Perms.ALL);
      permit(raw, "head", ZooDefs.Perms.ALL);
      assertEquals("1", await(two.get("a")).value().utf8());
      await(two.put("a", Bytes.utf8("2")));

      raw.delete().deletingChildrenIfNeeded().forPath("/quorate");
      CoordinationException gone = refusal(two.get("a"));
      assertEquals(Code.BROKEN, gone.code());
      assertTrue(gone.getMessage().contains("open them anew"), gone.getMessage());
      assertEquals(Code.BROKEN, failure(two.put("a", Bytes.utf8("3"))));
      await(two.shutdown());
    }
  }

  private static void permit(CuratorFramework raw, String node, int rights) throws Exception {
    ACL all = new ACL(rights | ZooDefs.Perms.ADMIN, ZooDefs.Ids.ANYONE_ID_UNSAFE);
    raw.setACL().withACL(List.of(all)).forPath("/quorate/" + node);
  }
}
