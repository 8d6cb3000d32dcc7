package org.quorate.coordinator.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.coordinator.zk.state.Machine;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/** Snapshots are there and whole, whoever is cut off while storing one. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SnapshotStoreTest {
  private static final String SNAPSHOTS = "/quorate/snapshots";
  private static final byte[] MACHINE = new Machine().store();

  @TempDir Path folder;

  private final List<Ensemble> ensembles = new ArrayList<>();
  private EmbeddedServer server;
  private Ensemble other;
  private SnapshotStore store;

  @BeforeEach
  void start() throws Exception {
    server = new EmbeddedServer(folder, 0);
    other = ensemble(server.address(), 60_000);
    store = new SnapshotStore(other);
    store.prepare();
  }

  @AfterEach
  void stop() {
    ensembles.forEach(Ensemble::close);
    server.close();
  }

  private Ensemble ensemble(String address, int sessionMs) throws Exception {
    Map<String, String> values =
        Map.of(
            "coordinator.zk.connect",
            address,
            "coordinator.zk.session.ms",
            Integer.toString(sessionMs));
    Settings settings = Settings.of(new Options(values), null);
    Ensemble ensemble = new Ensemble(address, settings, Runnable::run, up -> {});
    ensembles.add(ensemble);
    ensemble.curator().start();
    assertTrue(ensemble.curator().blockUntilConnected(60, TimeUnit.SECONDS));
    return ensemble;
  }

  /** On a thread of its own: what does not end fails the test. */
  private static <T> CompletableFuture<T> background(Callable<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Ensemble.daemon(
            () -> {
              try {
                done.complete(work.call());
              } catch (Exception e) {
                done.completeExceptionally(e);
              }
            })
        .start();
    return done;
  }

  private boolean stores(int entries) throws Exception {
    return store.store(MACHINE, new Position(0, entries));
  }

  private long loaded() throws Exception {
    return background(store::load).get(30, TimeUnit.SECONDS).position().next();
  }

  @Test
  void whoIsCutOffWhileItStoresOneDeletesNothingOfOthers() throws Exception {
    CuratorFramework raw = other.curator();
    assertTrue(stores(10));
    assertTrue(stores(20));
    try (Link link = new Link(server.port())) {
      SnapshotStore cutOff = new SnapshotStore(ensemble(link.address(), 1_000));
      link.stopAt(OpCode.getChildren, OpCode.getChildren2);
      CompletableFuture<Boolean> late =
          background(() -> cutOff.store(MACHINE, new Position(0, 30)));
      link.awaitStop();
      while (raw.checkExists().forPath(SNAPSHOTS + "/writer") != null) {
        TimeUnit.MILLISECONDS.sleep(50); // until its session with ZooKeeper has expired
      }
      assertTrue(stores(40));
      raw.create().withMode(CreateMode.EPHEMERAL).forPath(SNAPSHOTS + "/writer");
      link.goOn();
      assertEquals(false, late.get(60, TimeUnit.SECONDS));
    }
    assertNotNull(raw.checkExists().forPath(SNAPSHOTS + "/writer"), "it was another's");
    raw.delete().forPath(SNAPSHOTS + "/writer");
    assertTrue(stores(50));
    assertEquals(40, loaded());
    assertEquals(2, raw.getChildren().forPath(SNAPSHOTS).size(), "nothing is left behind");
  }

  @Test
  void whoHoldsTheRightToStoreAlreadyUsesIt() throws Exception {
    other.curator().create().withMode(CreateMode.EPHEMERAL).forPath(SNAPSHOTS + "/writer");
    assertTrue(stores(10), "as after an answer that was lost");
    assertEquals(List.of(0L, 10L), List.of(loaded(), newest()));
  }

  private long newest() throws Exception {
    String text = new String(other.curator().getData().forPath(SNAPSHOTS));
    return Long.parseLong(text.lines().skip(2).findFirst().orElseThrow().split(" ")[2]);
  }

  @Test
  void oneThatIsNotWholeIsLeftOutAndNoneHasAName() throws Exception {
    assertTrue(stores(10));
    assertTrue(stores(20));
    loseOneAt(10);
    assertEquals(20, loaded());
    loseOneAt(20);
    ExecutionException none = assertThrows(ExecutionException.class, this::loaded);
    CoordinationException why = (CoordinationException) none.getCause();
    assertEquals(Code.BROKEN, why.code(), why.getMessage());
  }

  private void loseOneAt(int entries) throws Exception {
    for (String name : other.curator().getChildren().forPath(SNAPSHOTS)) {
      if (name.startsWith("0-" + entries + "-")) {
        other.curator().delete().deletingChildrenIfNeeded().forPath(SNAPSHOTS + "/" + name);
      }
    }
  }
}
