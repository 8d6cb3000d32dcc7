package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.tck.net.FreePorts;

/** The server that is started where no address is given, the seal, and how the log is kept short. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EmbeddedTest {
  @TempDir Path folder;

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static Code failure(CompletionStage<?> stage) {
    return assertThrows(CoordinationException.class, () -> await(stage)).code();
  }

  private Options options(String... more) {
    Map<String, String> all = new HashMap<>();
    all.put("coordinator.zk.dir", folder.resolve("data").toString());
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return new Options(all);
  }

  @Test
  void whatIsConfiguredWronglyHasAName() {
    ZooKeeperProvider provider = new ZooKeeperProvider();
    for (Map<String, String> wrong :
        List.of(
            Map.<String, String>of(),
            Map.of("coordinator.zk.connect", "no port"),
            Map.of("coordinator.zk.connect", "a:1", "coordinator.zk.root", "quorate"),
            Map.of("coordinator.zk.connect", "a:1", "coordinator.zk.root", "/zookeeper/x"))) {
      assertEquals(Code.INVALID, failure(provider.open("one", 1, new Options(wrong))));
    }
    Map<String, String> nobody =
        Map.of("coordinator.zk.connect", "127.0.0.1:1", "coordinator.zk.connect.ms", "300");
    assertEquals(Code.UNAVAILABLE, failure(provider.open("one", 1, new Options(nobody))));
  }

  @Test
  void allShareOneServerWhoseDataStays() throws Exception {
    ZooKeeperProvider provider = new ZooKeeperProvider();
    Coordinator one = await(provider.open("one", 1, options()));
    Coordinator two = await(provider.open("two", 1, options()));
    Coordinator apart = await(provider.open("three", 1, options("coordinator.zk.root", "/apart")));
    long first = await(one.put("a", Bytes.utf8("1")));
    assertEquals("1", await(two.get("a")).value().utf8());
    assertNull(await(apart.get("a")));
    CoordinatorSession session = await(one.openSession(SessionSpec.of("stays", 60_000)));
    ((ZkCoordinator) one).abandon();
    await(two.shutdown());
    await(apart.shutdown());
    Coordinator later = await(new ZooKeeperProvider().open("later", 1, options()));
    assertEquals(first, await(later.get("a")).modRevision());
    assertNotNull(await(later.resume(session.id(), session.secret(), true)));
    assertTrue(await(later.put("a", Bytes.utf8("2"))) > first);
    await(later.shutdown());
  }

  @Test
  void providersShareAServerAndAnotherDoesNotTakeItsFolder() throws Exception {
    Coordinator one = await(new ZooKeeperProvider().open("one", 1, options()));
    Coordinator two = await(new ZooKeeperProvider().open("two", 1, options()));
    await(one.put("a", Bytes.utf8("1")));
    assertEquals("1", await(two.get("a")).value().utf8());
    CoordinationException taken =
        assertThrows(
            CoordinationException.class, () -> new EmbeddedServer(folder.resolve("data"), 0));
    assertEquals(Code.UNAVAILABLE, taken.code());
    await(one.shutdown());
    assertEquals("1", await(two.get("a")).value().utf8());
    await(two.shutdown());
  }

  @Test
  void whoIsToldOfAShutdownFindsTheFolderFree() throws Exception {
    Coordinator one = await(new ZooKeeperProvider().open("one", 1, options()));
    await(one.put("a", Bytes.utf8("1")));
    CompletionStage<EmbeddedServer> next =
        one.shutdown()
            .thenApply(
                ended -> {
                  try {
                    return new EmbeddedServer(folder.resolve("data"), 0);
                  } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
    await(next).close();
  }

  /** One that waits for its server tries again every few seconds. */
  @Test
  void aServerThatCannotReadItsDataLeavesNoPortTaken() throws Exception {
    Coordinator one = await(new ZooKeeperProvider().open("one", 1, options()));
    await(one.put("a", Bytes.utf8("1")));
    await(one.shutdown());
    Path data = folder.resolve("data");
    try (DirectoryStream<Path> snapshots =
        Files.newDirectoryStream(data.resolve("version-2"), "snapshot.*")) {
      for (Path each : snapshots) {
        Files.delete(each);
      }
    }
    int port = FreePorts.one();
    for (int tries = 0; tries < 2; tries++) {
      IOException why = assertThrows(IOException.class, () -> new EmbeddedServer(data, port));
      assertTrue(why.getMessage().contains("No snapshot found"), why.toString());
    }
  }

  @Test
  void whoAsksBeforeTheFirstChangeWaitsForIt() throws Exception {
    Coordinator one = await(new ZooKeeperProvider().open("one", 1, options()));
    List<Scope> all = List.of(Scope.tree("a"));
    Listing none = await(one.poll(all, 0, 0));
    assertTrue(none.revision() > 0, none::toString);
    Listing still = await(one.poll(all, none.revision(), 0));
    assertEquals(none, still);
    CompletionStage<Listing> waits = one.poll(all, none.revision(), 20_000);
    await(one.put("a/b", Bytes.utf8("1")));
    assertEquals("a/b", await(waits).entries().get(0).key());
    await(one.shutdown());
  }

  @Test
  void whatIsSealedIsReadButNotChanged() throws Exception {
    ZooKeeperProvider provider = new ZooKeeperProvider();
    ZkCoordinator one = (ZkCoordinator) await(provider.open("one", 1, options()));
    ZkCoordinator two = (ZkCoordinator) await(provider.open("two", 1, options()));
    await(two.put("a", Bytes.utf8("1")));
    await(one.put("b", Bytes.utf8("1")));
    assertTrue(await(one.seal("it moves", new FencingToken(1, 1))));
    assertEquals(Code.UNAVAILABLE, failure(two.put("a", Bytes.utf8("2"))));
    assertEquals(Code.UNAVAILABLE, failure(two.openSession(SessionSpec.of("s", 5_000))));
    CoordinationException why =
        assertThrows(CoordinationException.class, () -> await(one.put("a", Bytes.utf8("2"))));
    assertTrue(why.getMessage().contains("it moves"), why.getMessage());
    assertEquals("1", await(two.get("a")).value().utf8());
    Coordinator late = await(provider.open("late", 1, options()));
    assertEquals(Code.UNAVAILABLE, failure(late.put("a", Bytes.utf8("3"))));
    assertTrue(await(one.unseal(new FencingToken(1, 1))));
    untilItTakes(two);
    assertEquals("4", await(late.get("a")).value().utf8());
    for (Coordinator each : List.of(one, two, late)) {
      await(each.shutdown());
    }
  }

  /** That the seal is gone is told to a coordinator by a watch. */
  private static void untilItTakes(Coordinator coordinator) throws Exception {
    for (int i = 0; i < 600; i++) {
      try {
        await(coordinator.put("a", Bytes.utf8("4")));
        return;
      } catch (CoordinationException e) {
        assertEquals(Code.UNAVAILABLE, e.code());
        Thread.sleep(100);
      }
    }
    throw new AssertionError("stays sealed");
  }

  /** Notes how a watch ends. */
  private static final class Ending implements WatchListener {
    private final List<KeyEvent> events = new ArrayList<>();
    private CoordinationException why;

    @Override
    public synchronized CompletionStage<?> changed(List<KeyEvent> told, long upTo) {
      events.addAll(told);
      return null;
    }

    @Override
    public synchronized void ended(CoordinationException cause) {
      why = cause;
    }

    synchronized boolean is(Code code) {
      return why != null && why.code() == code;
    }

    synchronized int count() {
      return events.size();
    }
  }

  @Test
  void theLogIsKeptShortAndGoesOnInAnotherFolder() throws Exception {
    ZooKeeperProvider provider = new ZooKeeperProvider();
    try (EmbeddedServer server = new EmbeddedServer(folder.resolve("server"), 0)) {
      Options options =
          new Options(
              Map.of(
                  "coordinator.zk.connect",
                  server.address(),
                  "coordinator.zk.snapshot.entries",
                  "20"));
      Settings settings = Settings.of(options, null).withFolderEntries(70);
      Coordinator one = await(provider.open("one", 1, settings));
      Coordinator two = await(provider.open("two", 1, settings));
      CoordinatorSession session = await(one.openSession(SessionSpec.of("owner", 60_000)));
      long first = await(one.put("k/0", Bytes.utf8("0")));
      Ending all = new Ending();
      two.watch(Scope.tree("k"), first, all);
      for (int i = 1; i <= 400; i++) {
        await((i % 2 == 0 ? one : two).put("k/" + i % 10, Bytes.utf8("" + i)));
      }
      until(() -> all.count() == 401);
      try (CuratorFramework raw =
          CuratorFrameworkFactory.newClient(server.address(), new RetryOneTime(100))) {
        raw.start();
        until(() -> entries(raw) < 150);
        assertTrue(
            raw.getChildren().forPath("/quorate/log").stream()
                .anyMatch(f -> Integer.parseInt(f) >= 3),
            "several folders");
        until(() -> gone(raw, "/quorate/log/0"));
      }
      Coordinator late = await(provider.open("late", 1, settings));
      for (int i = 391; i <= 400; i++) {
        assertEquals("" + i, await(late.get("k/" + i % 10)).value().utf8());
      }
      assertFalse(await(late.resume(session.id(), session.secret(), true)).spec().name().isEmpty());
      Ending tooOld = new Ending();
      late.watch(Scope.tree("k"), first, tooOld);
      until(() -> tooOld.is(Code.COMPACTED));
      for (Coordinator each : List.of(one, two, late)) {
        await(each.shutdown());
      }
    }
  }

  private static int entries(CuratorFramework raw) throws Exception {
    int count = 0;
    for (String log : raw.getChildren().forPath("/quorate/log")) {
      var stat = raw.checkExists().forPath("/quorate/log/" + log);
      count += stat == null ? 0 : stat.getNumChildren();
    }
    return count;
  }

  private static boolean gone(CuratorFramework raw, String path) throws Exception {
    return raw.checkExists().forPath(path) == null;
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private static void until(Check check) throws Exception {
    for (int i = 0; i < 600; i++) {
      if (check.holds()) {
        return;
      }
      Thread.sleep(100);
    }
    throw new AssertionError("not within a minute");
  }
}
