package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.runtime.node.TestCluster.GROUP;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.client.KvClient;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.NodeEvent;
import org.quorate.runtime.api.SwapPlan;
import org.quorate.runtime.api.SwapSpec;
import org.quorate.runtime.api.SwapStatus;

/** Swaps of a live group by the operations of its nodes. */
class SwapTest {
  private static final NodeId N1 = NodeId.of("n1");
  private static final NodeId N2 = NodeId.of("n2");
  private static final NodeId N3 = NodeId.of("n3");

  @TempDir Path folder;

  private static KvClient kv(TestCluster cluster) {
    return new KvClient(cluster.client().group(GROUP.name()));
  }

  private static void put(TestCluster cluster, String key, String value) throws Exception {
    get(kv(cluster).put(Bytes.utf8(key), Bytes.utf8(value)));
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static void awaitEqualStates(TestCluster cluster) {
    TestCluster.await(
        "equal states",
        () ->
            cluster.nodes().stream().map(n -> cluster.status(n).stateHash()).distinct().count() == 1
                && !cluster.status(N1).stateHash().isEmpty());
  }

  private static SwapSpec to(String strategy) {
    return new SwapSpec(GROUP, strategy, Map.of(), Map.of(), 20_000);
  }

  private static SwapStatus swap(TestCluster cluster, NodeId at, String strategy) throws Exception {
    long id = cluster.node(at).control().swap(to(strategy)).toCompletableFuture().get();
    return cluster
        .node(at)
        .control()
        .swapped(GROUP, id)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @Test
  void aGroupGoesOnWithANewLinkAndOverARestart() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      List<NodeEvent> events = new java.util.concurrent.CopyOnWriteArrayList<>();
      cluster.node(N2).control().listen(events::add);
      put(cluster, "before", "1");
      SwapStatus swapped = swap(cluster, N2, "raft");
      assertEquals("raft", swapped.to());
      assertTrue(List.of("switched", "done").contains(swapped.phase()), swapped.toString());
      put(cluster, "after", "2");
      TestCluster.await(
          "the old link to be retired everywhere",
          () ->
              cluster.nodes().stream()
                  .allMatch(
                      n -> last(cluster, n).map(s -> s.phase().equals("done")).orElse(false)));
      for (NodeId node : cluster.nodes()) {
        assertEquals(2, cluster.status(node).epoch());
      }
      assertTrue(
          events.stream().anyMatch(e -> e.type().equals("swap.switched")), events.toString());
      cluster.stopNode(N3);
      cluster.startNode(N3);
      TestCluster.await("n3 to be back", () -> cluster.status(N3).epoch() == 2);
      awaitEqualStates(cluster);
    }
  }

  /** By default 256 times; on a machine that is too slow for that two seconds long. */
  @Test
  void aTargetDecidesManyTimesBeforeClientsDependOnIt() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      long before = cluster.status(N1).position();
      swap(cluster, N1, "raft");
      long records = cluster.status(N1).position() - before;
      assertTrue(records >= 16, "only " + records + " records around the swap");
    }
  }

  private static java.util.Optional<SwapStatus> last(TestCluster cluster, NodeId node) {
    List<SwapStatus> all = cluster.node(node).control().swaps(GROUP).toCompletableFuture().join();
    return all.isEmpty()
        ? java.util.Optional.empty()
        : java.util.Optional.of(all.get(all.size() - 1));
  }

  @Test
  void clientsSeeNoErrorWhileTheirGroupIsSwappedAgainAndAgain() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = kv(cluster);
      Bytes counter = Bytes.utf8("counter");
      AtomicBoolean swapping = new AtomicBoolean(true);
      AtomicInteger asked = new AtomicInteger();
      List<Future<Long>> loads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        loads.add(load(kv, counter, swapping, asked));
      }
      for (int i = 0; i < 5; i++) {
        SwapStatus swapped = swap(cluster, cluster.leader(), "raft");
        assertTrue(!swapped.phase().equals("aborted"), swapped.toString());
        TestCluster.await(
            "the old link to be retired",
            () -> last(cluster, cluster.leader()).map(s -> s.phase().equals("done")).orElse(false));
      }
      swapping.set(false);
      get(Future.all(loads));
      assertEquals(Integer.toString(asked.get()), get(kv.get(counter)).value().utf8());
      assertEquals(6, cluster.status(cluster.leader()).epoch());
      awaitEqualStates(cluster);
      assertEquals(List.of(), cluster.broken);
    }
  }

  private static Future<Long> load(
      KvClient kv, Bytes counter, AtomicBoolean going, AtomicInteger asked) {
    Promise<Long> ended = Promise.promise();
    add(kv, counter, going, asked, ended);
    return ended.future();
  }

  /** One addition after the other; not a chain of futures, which would end in a deep recursion. */
  private static void add(
      KvClient kv, Bytes counter, AtomicBoolean going, AtomicInteger asked, Promise<Long> ended) {
    asked.incrementAndGet();
    kv.add(counter, 1)
        .onSuccess(
            sum -> {
              if (going.get()) {
                add(kv, counter, going, asked, ended);
              } else {
                ended.complete(sum);
              }
            })
        .onFailure(ended::fail);
  }

  @Test
  void aStrategyThatIsMissingIsRefusedByName() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      ControlException refused =
          assertThrows(
              ControlException.class, () -> cluster.node(N1).control().swap(to("nonesuch")));
      assertTrue(refused.getMessage().contains("n1: strategy 'nonesuch'"), refused.getMessage());
      cluster.services(N2).remove(cluster.strategyOf(N2)).get(10, TimeUnit.SECONDS);
      SwapPlan plan = cluster.node(N1).control().planSwap(to("raft")).toCompletableFuture().get();
      assertFalse(plan.possible());
      SwapPlan.Check n2 =
          plan.members().stream().filter(m -> m.node().equals(N2)).findFirst().orElseThrow();
      assertTrue(n2.objection().contains("no bundle provides it"), n2.toString());
      CompletableFuture<Long> swap =
          cluster.node(N1).control().swap(to("raft")).toCompletableFuture();
      ExecutionException failed = assertThrows(ExecutionException.class, swap::get);
      assertTrue(failed.getCause().getMessage().contains("node 'n2'"), failed.toString());
    }
  }

  @Test
  void aReplicaWithoutTheStrategyParksAndGoesOnWhenItIsBack() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      var strategy = cluster.strategyOf(N3);
      cluster.services(N3).remove(strategy).get(10, TimeUnit.SECONDS);
      GroupStatus parked = cluster.status(N3);
      assertEquals(GroupStatus.State.PARKED, parked.state());
      assertNotNull(parked.why());
      put(cluster, "while", "parked");
      cluster.services(N3).add(strategy).get(10, TimeUnit.SECONDS);
      TestCluster.await(
          "n3 to go on", () -> cluster.status(N3).state() == GroupStatus.State.RUNNING);
      awaitEqualStates(cluster);
    }
  }
}
