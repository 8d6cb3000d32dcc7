package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.coordinator.swap.SwappableCoordinator;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.tck.coordination.CoordinatorContract;
import org.quorate.tck.coordination.CoordinatorFixture;

/** The contract, while the provider is swapped underneath. */
class SwappedContractTest extends CoordinatorContract {
  private static final int COUNTERS = 3;
  private static final int SWAPS = 4;
  @TempDir static Path folder;

  @Override
  protected CoordinatorFixture newFixture() throws Exception {
    return new SwappedFixture(folder);
  }

  /** What is asked from a revision before a swap on is gone behind it: these tests count on what is. */
  @BeforeEach
  void calm(TestInfo test) {
    Class<?> part = test.getTestMethod().orElseThrow().getDeclaringClass();
    boolean calm =
        part == SwappedContractTest.class || part.getSimpleName().equals("WatchContract");
    ((SwappedFixture) fixture()).calm(calm);
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** A blocking query that waits while it is swapped waits on, and keeps its index. */
  @Test
  void aBlockingQueryWaitsOn() throws Exception {
    Coordinator client = open("one");
    List<Scope> scope = List.of(Scope.tree(path()));
    await(client.put(path() + "/a", Bytes.utf8("1")));
    long index = await(client.poll(scope, 0, 0)).revision();
    var late = client.poll(scope, index, 1_000).toCompletableFuture();
    var changed = client.poll(scope, index, 60_000).toCompletableFuture();
    assertTrue(fixture().swap());
    assertEquals(index, await(late).revision());
    assertTrue(fixture().swap());
    await(client.delete(path() + "/a"));
    assertEquals(List.of(), await(changed).entries());
  }

  /**
   * A node that has lost its lease is sure of what it reads only when all its users have gone over: their
   * watches must not wait for that.
   */
  @Test
  void aWatchGoesOverThoughItsNodeIsSureOfNothing() throws Exception {
    Movable source = place("unsure-source", 3);
    Movable target = place("unsure-target", 4);
    AtomicBoolean sure = new AtomicBoolean(true);
    List<String> told = new CopyOnWriteArrayList<>();
    try (LoopThread loop = new LoopThread("unsure");
        Coordinator user = new SwappableCoordinator("unsure", source, sure::get, loop)) {
      long begin = await(user.put("n", Bytes.utf8("1")));
      user.watch(Scope.key("n"), begin, told(told));
      settle(() -> told.size() == 1);
      sure.set(false);
      List<String> there = new CopyOnWriteArrayList<>();
      source.watch(Scope.key("n"), begin + 1, told(there));
      await(source.put("n", Bytes.utf8("2")));
      settle(() -> there.size() == 1);
      TimeUnit.MILLISECONDS.sleep(100); // by now it is withheld from the user
      FencingToken mover = new FencingToken(1, 0);
      await(source.seal("it is swapped", mover));
      Inventory kept = await(source.inventory());
      await(target.take(kept, mover));
      long begun = await(target.inventory()).revision();
      ((SwappableCoordinator) user).hold();
      await(((SwappableCoordinator) user).switchTo(target, kept.revision(), begun));
      sure.set(true);
      await(user.put("n", Bytes.utf8("3")));
      settle(() -> told.size() >= 3);
      assertEquals(List.of("1", "2", "3"), told);
    }
  }

  private static Movable place(String root, long epoch) throws Exception {
    Map<String, String> options =
        Map.of(Settings.FOLDER.name(), folder.toString(), Settings.ROOT.name(), "/" + root);
    return (Movable) await(new ZooKeeperProvider().open("one", epoch, new Options(options)));
  }

  private static void settle(BooleanSupplier holds) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!holds.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "it did not come");
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Counts under a lock, in turns with others; each turn is written down by a sequential key too. */
  private void count(int who, CompletableFuture<Void> end, List<String> tokens) throws Exception {
    Coordinator client = open("counts " + who);
    CoordinatorSession session = await(client.openSession(SessionSpec.of("counts " + who, 30_000)));
    session.ended().thenAccept(how -> tokens.add("session ended: " + how));
    String key = path() + "/n";
    while (!end.isDone()) {
      HeldLock lock =
          await(session.lock(LockSpec.queued(path() + "/lock", "counts", 60_000))).orThrow();
      tokens.add(String.format("%08d.%020d", lock.token().epoch(), lock.token().counter()));
      KeyEntry now = await(client.get(key));
      int next = now == null ? 1 : Integer.parseInt(now.value().utf8()) + 1;
      Op put = new Op.Put(key, Bytes.utf8(Integer.toString(next)));
      Op note = new Op.PutSequential(path() + "/turn/", Bytes.EMPTY, session.id());
      assertTrue(await(client.transact(Transaction.of(put, note))).succeeded());
      assertTrue(await(lock.release()));
    }
  }

  @Test
  void nothingIsLostOrDoneTwiceThoughItIsSwappedAgainAndAgain() throws Exception {
    List<String> tokens = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> end = new CompletableFuture<>();
    Coordinator watcher = open("watcher");
    List<String> told = new CopyOnWriteArrayList<>();
    long from = await(watcher.put(path() + "/begin", Bytes.EMPTY));
    watcher.watch(Scope.key(path() + "/n"), from + 1, told(told));
    List<CompletableFuture<Void>> counting = new ArrayList<>();
    for (int i = 0; i < COUNTERS; i++) {
      int who = i;
      counting.add(SwappedFixture.inBackground(() -> count(who, end, tokens)));
    }
    for (int swap = 0; swap < SWAPS; swap++) {
      int seen = tokens.size();
      while (tokens.size() < seen + 10 && counting.stream().noneMatch(CompletableFuture::isDone)) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      assertTrue(fixture().swap());
    }
    end.complete(null);
    for (CompletableFuture<Void> each : counting) {
      await(each);
    }
    List<String> counted = new ArrayList<>();
    for (int i = 1; i <= tokens.size(); i++) {
      counted.add(Integer.toString(i));
    }
    assertEquals(tokens.stream().sorted().distinct().toList(), List.copyOf(tokens));
    assertEquals(counted.get(counted.size() - 1), await(watcher.get(path() + "/n")).value().utf8());
    Listing turns = await(watcher.range(RangeQuery.of(Scope.tree(path() + "/turn"))));
    assertEquals(tokens.size(), turns.entries().size());
    settle(() -> told.size() >= counted.size());
    assertEquals(counted, told);
  }

  private static WatchListener told(List<String> told) {
    return new WatchListener() {
      @Override
      public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
        events.forEach(e -> told.add(e.entry().value().utf8()));
        return null;
      }

      @Override
      public void ended(CoordinationException why) {
        told.add("ended: " + why);
      }
    };
  }
}
