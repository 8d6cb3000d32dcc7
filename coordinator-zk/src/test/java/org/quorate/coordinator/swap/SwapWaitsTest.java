package org.quorate.coordinator.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.BarrierSpec;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
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

/** What waits for a swap that does not come to an end, or for it to be known who serves: it ends itself. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SwapWaitsTest {
  private static final FencingToken MOVER = new FencingToken(1, 1);
  @TempDir static Path folder;
  private static int runs;

  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final VirtualLoop loop = new VirtualLoop();
  private final List<Coordinator> open = new ArrayList<>();
  private final int run = ++runs;
  private volatile boolean known = true;
  private Movable at;
  private SwappableCoordinator coordinator;

  private final Authority authority =
      new Authority() {
        @Override
        public boolean holds() {
          return known;
        }

        @Override
        public String why() {
          return known ? "" : ": has the group a quorum?";
        }
      };

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private CompletionStage<Coordinator> connect(String root, long epoch) {
    Options options =
        new Options(
            Map.of(
                "coordinator.zk.dir",
                folder.resolve("data").toString(),
                "coordinator.zk.root",
                "/" + root + "-" + run));
    return provider.open("waits", epoch, options);
  }

  private Movable opened(String root, long epoch) throws Exception {
    Movable made = (Movable) await(connect(root, epoch));
    open.add(made);
    return made;
  }

  @BeforeEach
  void start() throws Exception {
    at = opened("first", 1);
    coordinator = new SwappableCoordinator("main", at, authority, loop);
  }

  @AfterEach
  void close() {
    open.forEach(Coordinator::close);
  }

  /** What the loop and the provider bring about together. */
  private <T> T got(CompletionStage<T> stage) throws Exception {
    CompletableFuture<T> answer = stage.toCompletableFuture();
    loop.until("an answer", answer::isDone);
    return answer.join();
  }

  private static CoordinationException failure(CompletionStage<?> stage) {
    CompletableFuture<?> answer = stage.toCompletableFuture();
    assertTrue(answer.isDone(), "it waits yet");
    CompletionException failed = assertThrows(CompletionException.class, answer::join);
    return (CoordinationException) failed.getCause();
  }

  private void endsAfter(long ms, CompletionStage<?> stage) {
    loop.pass(ms - 1_000);
    assertFalse(stage.toCompletableFuture().isDone(), "it ended too early");
    loop.pass(2_000);
    assertEquals(Code.UNAVAILABLE, failure(stage).code());
  }

  @Test
  void requestsOfASwapThatHangsEnd() throws Exception {
    long index = got(coordinator.put("a", Bytes.EMPTY));
    CoordinatorSession session = got(coordinator.openSession(SessionSpec.of("s", 600_000)));
    coordinator.hold();
    List<Scope> scope = List.of(Scope.key("a"));
    var tried = session.lock(LockSpec.tried("l", "a test"));
    var read = coordinator.get("a");
    var shortPoll = coordinator.poll(scope, index, 1_000);
    var queued = session.lock(LockSpec.queued("l", "a test", 60_000));
    var longPoll = coordinator.poll(scope, index, 60_000);
    var barrier = coordinator.barrier(new BarrierSpec("ready", Set.of("n1"), "", 1_000));
    endsAfter(30_000, read);
    for (CompletionStage<?> ended : List.of(tried, shortPoll, barrier)) {
      assertEquals(Code.UNAVAILABLE, failure(ended).code());
    }
    assertFalse(queued.toCompletableFuture().isDone());
    endsAfter(29_000, longPoll);
    assertEquals(Code.UNAVAILABLE, failure(queued).code());
    coordinator.resume();
    assertEquals(List.of(), got(coordinator.locks(Scope.tree(""))));
  }

  /** A lock that is got, while it is not known who serves, is nobody's when its time is over. */
  @Test
  void aLockThatNobodyCanBeToldOfIsGivenBack() throws Exception {
    CoordinatorSession session = got(coordinator.openSession(SessionSpec.of("s", 600_000)));
    known = false;
    CompletableFuture<LockOutcome> outcome =
        session.lock(LockSpec.queued("l", "a test", 1_000)).toCompletableFuture();
    loop.until("the lock is held", () -> !locks(at).isEmpty());
    assertFalse(outcome.isDone());
    loop.pass(31_000);
    CoordinationException why = failure(outcome);
    assertEquals(Code.UNAVAILABLE, why.code());
    assertTrue(why.getMessage().contains("has the group a quorum?"), why.getMessage());
    loop.until("the lock is given back", () -> locks(at).isEmpty());
  }

  private static List<LockInfo> locks(Coordinator of) {
    return of.locks(Scope.tree("")).toCompletableFuture().join();
  }

  /** A session whose requests for locks are done, and not answered. */
  private static CoordinatorSession forgetful(CoordinatorSession session) {
    return (CoordinatorSession)
        Proxy.newProxyInstance(
            SwapWaitsTest.class.getClassLoader(),
            new Class<?>[] {CoordinatorSession.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(session, arguments);
              return method.getName().equals("lock")
                  ? CompletableFuture.failedFuture(
                      new CoordinationException(Code.INDETERMINATE, "the answer is lost"))
                  : result;
            });
  }

  private Coordinator forgetful(Coordinator of) {
    return (Coordinator)
        Proxy.newProxyInstance(
            SwapWaitsTest.class.getClassLoader(),
            new Class<?>[] {Movable.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(of, arguments);
              return method.getName().equals("openSession")
                  ? ((CompletionStage<?>) result).thenApply(s -> forgetful((CoordinatorSession) s))
                  : result;
            });
  }

  private Movable swapped() throws Exception {
    Movable to = opened("second", 2);
    await(at.seal("it moves", MOVER));
    coordinator.hold();
    Inventory kept = await(at.inventory());
    await(to.take(kept, MOVER));
    got(coordinator.switchTo(to, kept.revision(), await(to.inventory()).revision()));
    return to;
  }

  /** Two that are alike are two. */
  @Test
  void claimsThatNobodyKnowsOfAreGivenUpWithASwap() throws Exception {
    coordinator = new SwappableCoordinator("main", forgetful(at), authority, loop);
    CoordinatorSession session = got(coordinator.openSession(SessionSpec.of("s", 600_000)));
    LockSpec spec = LockSpec.queued("l", "a test", 600_000);
    for (int i = 0; i < 2; i++) {
      assertEquals(Code.INDETERMINATE, failure(session.lock(spec)).code());
      int claims = i;
      loop.until(
          "its claim", () -> !locks(at).isEmpty() && locks(at).get(0).waiting().size() == claims);
    }
    Movable to = swapped();
    loop.until("nothing is left of them", () -> locks(to).isEmpty());
  }

  /** A target that cannot be opened at once is opened when it can be. */
  @Test
  void whoCannotGoOverYetIsTakenAlongLater() throws Exception {
    got(coordinator.put("a", Bytes.utf8("1")));
    Movable to = opened("second", 2);
    await(at.seal("it moves", MOVER));
    Inventory kept = await(at.inventory());
    await(to.take(kept, MOVER));
    long begunAt = await(to.inventory()).revision();
    List<String> tries = new ArrayList<>();
    CoordinatorPlace place =
        new CoordinatorPlace() {
          @Override
          public String name() {
            return "second";
          }

          @Override
          public CompletionStage<Coordinator> open(String client, long epoch) {
            tries.add(client);
            return tries.size() < 3
                ? CompletableFuture.failedFuture(
                    new CoordinationException(Code.UNAVAILABLE, "its servers are away"))
                : CompletableFuture.completedFuture(to);
          }
        };
    SwapRecord record =
        new SwapRecord(
            1,
            SwapPhase.SWITCHED,
            "first",
            "second",
            1,
            2,
            true,
            kept.revision(),
            begunAt,
            "",
            "ann",
            0,
            List.of(),
            0);
    SwapUser user = new SwapUser("user", coordinator, 1, loop);
    user.hold();
    CompletableFuture<Void> turned = user.turn(record, place).toCompletableFuture();
    while (tries.size() < 3) {
      loop.pass(50);
    }
    loop.until("it has gone over", turned::isDone);
    assertEquals("1", got(coordinator.get("a")).value().utf8());
    assertEquals(3, tries.size());
  }

  /** A node's coordinators have one session where swaps are recorded, for as long as they are used. */
  @Test
  void aNodeHasOneSessionForAllItsCoordinators() throws Exception {
    Movable records = opened("records", 1);
    SwapNode node =
        new SwapNode(
            records, "n1", () -> Set.of("n1"), name -> null, loop, SwapMember.Timing.DEFAULT);
    SwapMember one = node.member("one").start();
    SwapMember two = node.member("two").start();
    loop.until("both are known", () -> one.holds() && two.holds());
    assertEquals(1, await(records.sessions()).size());
    one.close();
    loop.until("it is said that one takes no part", () -> nodes(records, "one") == 0);
    assertEquals(1, nodes(records, "two"));
    assertTrue(two.holds() && !one.holds());
    got(node.leave());
    assertEquals(List.of(), await(records.sessions()));
    assertEquals(0, nodes(records, "two"));
  }

  private CoordinatorPlace place(String name) {
    return new CoordinatorPlace() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public CompletionStage<Coordinator> open(String client, long epoch) {
        return connect(name, epoch);
      }
    };
  }

  /** A node that has never heard of swaps might read on at ZooKeeper: it has to say that it has. */
  @Test
  void theFirstSwapWaitsForAllNodesToFollow() throws Exception {
    Movable records = opened("records", 1);
    Set<String> all = Set.of("n1", "n2");
    SwapNode one =
        new SwapNode(records, "n1", () -> all, this::place, loop, SwapMember.Timing.DEFAULT);
    SwapMember member = one.member("first").start();
    loop.until("n1 to follow", member::holds);
    var early = member.swap("second", true, "ann").toCompletableFuture();
    while (!early.isDone()) {
      loop.pass(100);
      TimeUnit.MILLISECONDS.sleep(1);
    }
    CoordinationException why = failure(early);
    assertEquals(Code.UNAVAILABLE, why.code());
    assertTrue(why.getMessage().contains("nodes [n2]"), why.getMessage());
    assertNull(got(member.last()));
    SwapNode two = // which has no place at all
        new SwapNode(records, "n2", () -> all, name -> null, loop, SwapMember.Timing.DEFAULT)
            .start();
    assertEquals(1, got(member.swap("second", true, "ann")).number());
    got(one.leave());
    got(two.leave());
  }

  /** Calls of a method of the provider, before they are made; a stage in place of it, or null. */
  private interface Calls {
    CompletionStage<?> made(String method);
  }

  private Movable with(Movable of, Calls calls) {
    return (Movable)
        Proxy.newProxyInstance(
            SwapWaitsTest.class.getClassLoader(),
            new Class<?>[] {Movable.class},
            (proxy, method, arguments) -> {
              CompletionStage<?> instead = calls.made(method.getName());
              return instead == null ? method.invoke(of, arguments) : instead;
            });
  }

  /** A watch goes over without a listing of what it watches. */
  @Test
  void aWatchThatGoesOverListsNothing() throws Exception {
    AtomicInteger polls = new AtomicInteger();
    Calls counted =
        method -> {
          polls.addAndGet(method.equals("poll") ? 1 : 0);
          return null;
        };
    coordinator = new SwappableCoordinator("main", with(at, counted), authority, loop);
    List<String> told = new CopyOnWriteArrayList<>();
    long index = got(coordinator.put("t/a", Bytes.EMPTY));
    coordinator.watch(
        Scope.tree("t"),
        index,
        new WatchListener() {
          @Override
          public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
            events.forEach(event -> told.add(event.key()));
            return null;
          }

          @Override
          public void ended(CoordinationException why) {
            told.add(why.toString());
          }
        });
    got(coordinator.put("t/b", Bytes.EMPTY));
    swapped();
    got(coordinator.put("t/c", Bytes.EMPTY));
    loop.until("all is told", () -> told.size() >= 3);
    assertEquals(List.of("t/a", "t/b", "t/c"), told);
    assertEquals(0, polls.get());
  }

  /** Nobody is left behind who gave a blocking query up. */
  @Test
  void aPollThatIsGivenUpIsForgotten() throws Exception {
    long index = got(coordinator.put("a", Bytes.EMPTY));
    Field polls = SwappableCoordinator.class.getDeclaredField("polls");
    polls.setAccessible(true);
    var poll = coordinator.poll(List.of(Scope.key("a")), index, 60_000).toCompletableFuture();
    assertEquals(1, ((Set<?>) polls.get(coordinator)).size());
    poll.cancel(true);
    assertEquals(Set.of(), polls.get(coordinator));
  }

  /** Who closes the folder of a server when the end is told has it for itself. */
  @Test
  void theEndIsToldWhenTheProviderBeforeIsReleasedToo() throws Exception {
    CompletableFuture<Void> released = new CompletableFuture<>();
    Movable before = with(at, method -> method.equals("abandon") ? released : null);
    coordinator = new SwappableCoordinator("main", before, authority, loop);
    got(coordinator.put("a", Bytes.EMPTY));
    Movable to = swapped();
    CompletableFuture<Void> end = coordinator.shutdown().toCompletableFuture();
    loop.until("the target is closed", () -> isClosed(to));
    await(to.shutdown());
    TimeUnit.MILLISECONDS.sleep(50); // it would be told now
    loop.pass(1_000);
    assertFalse(end.isDone(), "the provider before is not released yet");
    released.complete(null);
    loop.until("the end", end::isDone);
  }

  private static boolean isClosed(Coordinator of) {
    try {
      of.put("b", Bytes.EMPTY).toCompletableFuture().join();
      return false;
    } catch (CompletionException e) {
      return ((CoordinationException) e.getCause()).code() == Code.CLOSED;
    }
  }

  /** What it says late that it takes no part any more is not said of who takes part since. */
  @Test
  void whoComesBackIsNotForgotten() throws Exception {
    Movable records = opened("records", 1);
    CompletableFuture<Void> held = new CompletableFuture<>();
    SwapNode node =
        new SwapNode(
                deletingAfter(records, held),
                "n1",
                () -> Set.of("n1"),
                name -> null,
                loop,
                SwapMember.Timing.DEFAULT)
            .start();
    SwapMember one = node.member("one").start();
    loop.until("it is known", one::holds);
    one.close();
    SwapMember again = node.member("one").start();
    for (int i = 0; i < 200; i++) { // enough to say that it takes part again, if it may
      loop.pass(10);
      TimeUnit.MILLISECONDS.sleep(1);
    }
    held.complete(null);
    loop.until("it is known again", again::holds);
    assertEquals(1, nodes(records, "one"));
    loop.pass(1_000);
    assertEquals(1, nodes(records, "one"));
    got(node.leave());
    assertEquals(List.of(), await(records.sessions()));
  }

  /** Deletions are done when the test wants it. */
  private static Coordinator deletingAfter(Coordinator of, CompletableFuture<Void> held) {
    return (Coordinator)
        Proxy.newProxyInstance(
            SwapWaitsTest.class.getClassLoader(),
            new Class<?>[] {Movable.class},
            (proxy, method, arguments) ->
                method.getName().equals("transact")
                        && ((Transaction) arguments[0]).then().get(0) instanceof Op.Delete
                    ? held.thenCompose(now -> of.transact((Transaction) arguments[0]))
                    : method.invoke(of, arguments));
  }

  private static int nodes(Coordinator records, String coordinator) {
    return new SwapRecords(records, coordinator)
        .nodes()
        .toCompletableFuture()
        .join()
        .acted()
        .size();
  }
}
