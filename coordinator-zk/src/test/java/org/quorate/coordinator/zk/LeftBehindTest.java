package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.Bytes;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.WatchListener;

/** A coordinator that stands still until the log that it has not read is deleted. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class LeftBehindTest {
  private static final int PATIENCE_S = 60;

  @TempDir Path folder;

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  /** Holds the coordinator's thread from a value on. */
  private static final class Standstill implements WatchListener {
    final CountDownLatch listens = new CountDownLatch(1);
    final CountDownLatch stands = new CountDownLatch(1);
    final CountDownLatch goesOn = new CountDownLatch(1);
    final CompletableFuture<CoordinationException> ended = new CompletableFuture<>();

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      listens.countDown();
      if (!events.get(events.size() - 1).entry().value().utf8().equals("stop")) {
        return null;
      }
      stands.countDown();
      try {
        assertTrue(goesOn.await(2 * PATIENCE_S, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return null;
    }

    @Override
    public void ended(CoordinationException why) {
      ended.complete(why);
    }
  }

  /**
   * @param applying whether it stops amid the application of an entry, with no watch on the next one
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void itGoesOnFromASnapshotAndTellsWhatItMissed(boolean applying) throws Exception {
    try (EmbeddedServer server = new EmbeddedServer(folder, 0)) {
      Map<String, String> values =
          Map.of(
              "coordinator.zk.connect", server.address(), "coordinator.zk.snapshot.entries", "20");
      Settings settings = Settings.of(new Options(values), null).withFolderEntries(40);
      ZooKeeperProvider provider = new ZooKeeperProvider();
      Coordinator busy = await(provider.open("busy", 1, settings));
      Coordinator still = await(provider.open("still", 1, settings));
      long first = await(busy.put("k", Bytes.utf8("0")));
      CoordinatorSession holder = await(busy.openSession(SessionSpec.of("holder", 120_000)));
      CoordinatorSession waiter = await(still.openSession(SessionSpec.of("waiter", 120_000)));
      HeldLock lock = await(holder.lock(LockSpec.tried("l", "first"))).orThrow();
      CompletableFuture<LockOutcome> next =
          waiter.lock(LockSpec.queued("l", "second", 120_000)).toCompletableFuture();
      awaitWaiter(busy);
      long index = await(still.poll(List.of(Scope.key("k")), 0, 0)).revision();
      CompletableFuture<Listing> query =
          still.poll(List.of(Scope.key("k")), index, 60_000).toCompletableFuture();
      Standstill standstill = new Standstill();
      if (applying) {
        await(busy.put("stop", Bytes.utf8("not yet")));
        still.watch(Scope.key("stop"), first, standstill);
        assertTrue(standstill.listens.await(PATIENCE_S, TimeUnit.SECONDS));
        await(busy.put("stop", Bytes.utf8("stop")));
      } else {
        await(busy.put("stop", Bytes.utf8("stop")));
        await(still.get("stop"));
        still.watch(Scope.key("stop"), first, standstill);
      }
      assertTrue(standstill.stands.await(PATIENCE_S, TimeUnit.SECONDS));

      await(lock.release());
      String last = putUntilTheLogIsDeleted(busy, server.address());
      standstill.goesOn.countDown();

      assertEquals(Code.COMPACTED, await(standstill.ended).code());
      assertEquals(1, await(query).entries().size());
      await(await(next).orThrow().release());
      assertEquals(last, await(still.get("k")).value().utf8());
      await(still.put("k", Bytes.utf8("again")));
      await(waiter.keepAlive());
      await(still.shutdown());
      await(busy.shutdown());
    }
  }

  private static void awaitWaiter(Coordinator busy) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (await(busy.locks(Scope.key("l"))).get(0).waiting().isEmpty()) {
      assertTrue(System.nanoTime() < end, "nobody waits for the lock");
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  /** The last value. */
  private static String putUntilTheLogIsDeleted(Coordinator busy, String address) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    try (CuratorFramework raw = CuratorFrameworkFactory.newClient(address, new RetryOneTime(100))) {
      raw.start();
      int value = 0;
      while (raw.checkExists().forPath("/quorate/log/0") != null) {
        assertTrue(System.nanoTime() < end, "the log is not deleted");
        await(busy.put("k", Bytes.utf8("" + ++value)));
      }
      return "" + value;
    }
  }
}
