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
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.client.KvClient;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.NodeEvent;
import org.quorate.runtime.api.SwapPlan;
import org.quorate.runtime.api.SwapSpec;
import org.quorate.runtime.api.SwapStatus;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Traits;

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
      TestCluster.await(
          "n2 to tell of it: one that catches up may see both steps at once",
          () -> events.stream().anyMatch(e -> e.type().matches("swap\\.(switched|done)")));
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
      long begun = System.nanoTime();
      swap(cluster, N1, "raft");
      long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      long records = cluster.status(N1).position() - before;
      assertTrue(
          records >= 16 || ms >= 2_000, records + " records around the swap, in " + ms + " ms");
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

  private static SwapSpec to(GroupId group, String strategy, Map<Role, Role> roles) {
    return new SwapSpec(group, strategy, Map.of(), roles, 30_000);
  }

  /** A learner becomes what the plan says; who would be nothing there is named by every member. */
  @Test
  void rolesAreMappedByThePlanOrRefusedByName() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      NodeControl n1 = cluster.node(N1).control();
      get(n1.changeRole(GROUP, N3, Role.LEARNER));
      TestCluster.await(
          "n1 to see the learner",
          () -> cluster.status(N1).members().stream().anyMatch(m -> m.role().equals("learner")));
      long swap = get(n1.swap(to(GROUP, "certify", Map.of(Role.LEARNER, Role.VOTER))));
      get(n1.swapped(GROUP, swap));
      put(cluster, "all", "vote");
      assertEquals("certify", cluster.status(N1).strategy());
      assertEquals(3, cluster.status(N1).members().size());
      assertTrue(
          cluster.status(N1).members().stream().allMatch(m -> m.role().equals("voter")),
          cluster.status(N1).members().toString());

      GroupId orders = GroupId.of("orders");
      List<MemberSpec> members = MemberSpec.parse(List.of("n1", "n2", "n3:witness"), Map.of());
      get(
          n1.createGroup(
              new GroupSpec(orders, "certify", "mapdb", "journal", "kv", members, Map.of())));
      TestCluster.await(
          "every member to name the witness",
          () -> {
            SwapPlan plan = n1.planSwap(to(orders, "raft", Map.of())).toCompletableFuture().join();
            return plan.objections().stream()
                    .filter(why -> why.contains("n3 is WITNESS: say what they become"))
                    .count()
                == 3;
          });
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** The same strategy, of a version whose messages only its like reads. */
  private record OfLaterWire(ConsensusStrategy like) implements ConsensusStrategy {
    @Override
    public String name() {
      return like.name();
    }

    @Override
    public Traits traits() {
      Traits now = like.traits();
      return new Traits(
          now.roles(),
          now.weights(),
          now.everyMemberProposes(),
          now.maxWire() + 1,
          now.maxWire() + 2,
          now.parameters(),
          now.invariants());
    }

    @Override
    public Loglet open(LinkContext link) {
      return like.open(link);
    }
  }

  @Test
  void aMemberWhoseStrategySpeaksAnotherVersionIsNamed() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      ConsensusStrategy certify = cluster.services(N2).strategy("certify");
      cluster.services(N2).remove(certify).get(10, TimeUnit.SECONDS);
      cluster.services(N2).add(new OfLaterWire(certify)).get(10, TimeUnit.SECONDS);
      SwapPlan plan =
          cluster.node(N1).control().planSwap(to("certify")).toCompletableFuture().get();
      assertFalse(plan.possible());
      assertEquals(1, plan.objections().size(), plan.toString());
      String why = plan.objections().get(0);
      int newest = certify.traits().maxWire();
      assertTrue(why.contains("node 'n2'"), why);
      assertTrue(why.contains("'certify' speaks versions " + (newest + 1) + " to "), why);
      assertTrue(why.contains("the asking node " + certify.traits().minWire() + " to "), why);
      put(cluster, "still", "served");
    }
  }

  /** Its plug-in throws when the swap opens the new link: the others go on, it says what failed. */
  @Test
  void aReplicaWhoseTargetDoesNotOpenParksBehindTheSwap() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      Services services = cluster.services(N3);
      ConsensusStrategy certify = services.strategy("certify");
      services.remove(certify).get(10, TimeUnit.SECONDS);
      BrokenStrategy broken =
          new BrokenStrategy(certify, () -> new IllegalStateException("not today"));
      services.add(broken).get(10, TimeUnit.SECONDS);
      // It must not lead: only who has the target open itself seals.
      get(cluster.node(N1).control().changeRole(GROUP, N3, Role.LEARNER));
      SwapStatus swapped = swap(cluster, N1, "certify");
      assertTrue(List.of("switched", "done").contains(swapped.phase()), swapped.toString());
      put(cluster, "without", "n3");
      TestCluster.await(
          "n3 to say so", () -> cluster.status(N3).state() == GroupStatus.State.PARKED);
      String why = cluster.status(N3).why();
      assertTrue(why.startsWith("strategy 'certify' does not open link 2: "), why);
      assertTrue(why.contains("not today"), why);
      services.add(certify).get(10, TimeUnit.SECONDS);
      services.remove(broken).get(10, TimeUnit.SECONDS);
      TestCluster.await(
          "n3 to go on", () -> cluster.status(N3).state() == GroupStatus.State.RUNNING);
      awaitEqualStates(cluster);
      assertEquals(List.of(), cluster.broken);
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
