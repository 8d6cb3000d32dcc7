package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.runtime.node.TestCluster.GROUP;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.client.KvClient;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.api.StorageSpec;
import org.quorate.runtime.api.StorageStatus;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;

/** Replicas of three nodes go on in other storages while clients write. */
class StorageMovesTest {
  private static final NodeId N1 = NodeId.of("n1");
  private static final NodeId N2 = NodeId.of("n2");
  private static final NodeId N3 = NodeId.of("n3");
  private static final Bytes COUNTER = Bytes.utf8("counter");

  @TempDir Path folder;

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(120, TimeUnit.SECONDS);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return get(future.toCompletionStage());
  }

  private static StorageSpec spec(String target, NodeId node) {
    return new StorageSpec(GROUP, target, node, 60_000);
  }

  private static List<StorageStatus> move(TestCluster cluster, String target, NodeId node)
      throws Exception {
    return get(cluster.node(N1).control().moveStorage(spec(target, node)));
  }

  private static List<StorageStatus> storages(TestCluster cluster, NodeId at) {
    return cluster.node(at).control().storages(GROUP).toCompletableFuture().join();
  }

  private static String refused(TestCluster cluster, String target, NodeId node) {
    return assertThrows(ExecutionException.class, () -> move(cluster, target, node))
        .getCause()
        .getMessage();
  }

  private static KvClient kv(TestCluster cluster) {
    return new KvClient(cluster.client().group("main"));
  }

  private static void awaitEqualStates(TestCluster cluster) {
    TestCluster.await(
        "equal states",
        () ->
            cluster.nodes().stream().map(n -> cluster.status(n).stateHash()).distinct().count()
                == 1);
  }

  /** Additions one after the other, by several clients, until told to stop. */
  private static final class Load {
    private final KvClient kv;
    private final AtomicBoolean going = new AtomicBoolean(true);
    private final AtomicInteger asked = new AtomicInteger();
    private final List<Future<Long>> clients = new ArrayList<>();

    Load(KvClient kv, int count) {
      this.kv = kv;
      for (int i = 0; i < count; i++) {
        Promise<Long> ended = Promise.promise();
        add(ended);
        clients.add(ended.future());
      }
    }

    private void add(Promise<Long> ended) {
      asked.incrementAndGet();
      kv.add(COUNTER, 1)
          .onSuccess(
              sum -> {
                if (going.get()) {
                  add(ended);
                } else {
                  ended.complete(sum);
                }
              })
          .onFailure(ended::fail);
    }

    /** All of them were executed once. */
    void verify() throws Exception {
      going.set(false);
      get(Future.all(clients));
      assertEquals(Integer.toString(asked.get()), get(kv.get(COUNTER)).value().utf8());
    }
  }

  @Test
  void allReplicasMoveUnderLoadAndBack() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      Load load = new Load(kv(cluster), 8);
      for (String target : List.of("mapdb", "journal+mapdb")) {
        List<StorageStatus> moved = move(cluster, target, null);
        assertEquals(3, moved.size());
        for (StorageStatus each : moved) {
          assertEquals(target, each.storage());
          assertEquals("done", each.phase(), each.toString());
          assertEquals("", each.why());
        }
        cluster.nodes().forEach(n -> assertEquals(target, cluster.status(n).storage()));
      }
      load.verify();
      awaitEqualStates(cluster);
      for (NodeId each : cluster.nodes()) {
        try (Stream<Path> left = Files.list(cluster.dataDir(each).resolve("mapdb-log/main"))) {
          assertEquals(List.of(), left.toList());
        }
      }
      assertEquals(List.of(), cluster.broken);
    }
  }

  @Test
  void aReplicaThatHasMovedIsThereAfterARestart() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = kv(cluster);
      get(kv.add(COUNTER, 5));
      move(cluster, "mapdb", N2);
      get(kv.add(COUNTER, 1));
      cluster.stopNode(N2);
      get(kv.add(COUNTER, 1));
      cluster.startNode(N2);
      TestCluster.await(
          "n2 to be back", () -> cluster.status(N2).state() == GroupStatus.State.RUNNING);
      assertEquals("mapdb", cluster.status(N2).storage());
      awaitEqualStates(cluster);
      // It finds the others again one after the other.
      TestCluster.await(
          "all to answer n2",
          () -> storages(cluster, N2).stream().noneMatch(s -> s.storage().isEmpty()));
      List<StorageStatus> all = storages(cluster, N2);
      assertEquals("journal+mapdb", all.get(1).from());
      assertEquals("done", all.get(1).phase());
      assertEquals("journal+mapdb", all.get(0).storage());
    }
  }

  @Test
  void aMinorityMayBeInMemoryAndIsAStrangerAfterARestart() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = kv(cluster);
      Load load = new Load(kv, 4);
      assertTrue(refused(cluster, "memory", null).contains("[n1, n2, n3]"));
      move(cluster, "memory", N3);
      assertEquals("memory", cluster.status(N3).storage());
      String why = refused(cluster, "memory", N2);
      assertTrue(why.contains("node 'n2'") && why.contains("[n2, n3]"), why);
      ExecutionException removal =
          assertThrows(
              ExecutionException.class,
              () -> get(cluster.node(N1).control().removeMember(GROUP, N1)));
      assertTrue(removal.getMessage().contains("[n3]"), removal.getMessage());
      load.verify();
      awaitEqualStates(cluster);

      cluster.stopNode(N3);
      cluster.startNode(N3);
      TestCluster.await("n3 to say why", () -> cluster.status(N3).why().contains("was replaced"));
      assertEquals(GroupStatus.State.PARKED, cluster.status(N3).state());
      get(kv.add(COUNTER, 1));
      get(cluster.node(N1).control().removeMember(GROUP, N3));
      get(cluster.node(N1).control().addMember(GROUP, new MemberSpec(N3, Role.LEARNER, 1), ""));
      TestCluster.await(
          "n3 to be a learner", () -> cluster.status(N3).state() == GroupStatus.State.RUNNING);
      awaitEqualStates(cluster);
      move(cluster, "journal+mapdb", N3);
      get(cluster.node(N1).control().changeRole(GROUP, N3, Role.VOTER));
      TestCluster.await(
          "n1 to see n3 as a voter",
          () -> cluster.status(N1).members().stream().allMatch(m -> m.role().equals("voter")));
      move(cluster, "memory", N2);
      cluster.stopNode(N3);
      cluster.startNode(N3);
      TestCluster.await(
          "n3 to be back", () -> cluster.status(N3).state() == GroupStatus.State.RUNNING);
      awaitEqualStates(cluster);
    }
  }

  /** A log that cannot say which links it holds; nobody ever opens one. */
  private static final class Unlisted implements LogStorage {
    @Override
    public String name() {
      return "unlisted";
    }

    @Override
    public boolean durable() {
      return true;
    }

    @Override
    public LinkStore open(GroupId group, long epoch, Executor loop) {
      throw new AssertionError("opened, although it was refused");
    }

    @Override
    public void delete(GroupId group, long epoch) {
      throw new AssertionError("deleted, although it was refused");
    }

    @Override
    public void close() {}
  }

  @Test
  void whatCannotBeIsRefusedByName() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      assertTrue(refused(cluster, "nonesuch", N2).contains("node 'n2': log 'nonesuch'"));
      assertTrue(refused(cluster, "journal", N2).contains("node 'n2': storage 'journal'"));
      assertTrue(refused(cluster, "journal+memory", N2).contains("'durable'"));
      cluster.services(N2).add(new Unlisted()).get(10, TimeUnit.SECONDS);
      String lacking = refused(cluster, "unlisted+mapdb", N2);
      assertTrue(lacking.contains("node 'n2'") && lacking.contains("'unlisted' lacks"), lacking);
      assertTrue(lacking.contains("'movable'"), lacking);
      List<StorageStatus> plan =
          get(cluster.node(N1).control().planStorage(spec("journal+mapdb", null)));
      assertTrue(plan.stream().allMatch(s -> s.phase().equals("there")), plan.toString());
      assertEquals("journal+mapdb", move(cluster, "journal+mapdb", null).get(0).storage());
    }
  }
}
