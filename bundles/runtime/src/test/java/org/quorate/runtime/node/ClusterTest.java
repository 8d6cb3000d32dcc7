package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupStatus;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvEvent;
import org.quorate.client.ClientOptions;
import org.quorate.client.GroupClient;
import org.quorate.client.KvClient;
import org.quorate.client.KvWatch;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.api.WhyStep;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Role;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ClusterTest {
  @TempDir Path folder;

  static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static Bytes key(String name) {
    return Bytes.utf8(name);
  }

  @Test
  void acknowledgedWritesSurviveTheLossOfTheLeaderAndAreExecutedOnce() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = new KvClient(cluster.client().group("main"));
      List<Future<Long>> sums = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        sums.add(kv.add(key("counter"), 1));
      }
      get(sums.get(50));
      NodeId old = cluster.leader();
      cluster.stopNode(old);
      for (int i = 0; i < 300; i++) {
        sums.add(kv.add(key("counter"), 1));
      }
      get(Future.all(sums));
      assertEquals("600", get(kv.get(key("counter"))).value().utf8());

      cluster.startNode(old);
      NodeId leader = cluster.leader();
      TestCluster.await(
          "the node that was away to catch up",
          () ->
              cluster.status(old).gtid().equals(cluster.status(leader).gtid())
                  && cluster.status(old).stateHash().equals(cluster.status(leader).stateHash()));
      assertEquals(List.of(), cluster.broken);
    }
  }

  @Test
  void cutConnectionsNeitherLoseNorDoubleAWrite() {
    try (TestCluster cluster = TestCluster.proxied(folder, 3)) {
      KvClient kv = new KvClient(cluster.client().group("main"));
      List<Future<Long>> sums = new ArrayList<>();
      for (int round = 0; round < 15; round++) {
        for (int i = 0; i < 40; i++) {
          sums.add(kv.add(key("counter"), 1));
        }
        get(sums.get(sums.size() - 20));
        cluster.cut();
      }
      get(Future.all(sums));
      assertEquals("600", get(kv.get(key("counter"))).value().utf8());
      assertEquals(600, sums.stream().map(Future::result).distinct().count());
    }
  }

  @Test
  void watchesOfKeysGoOnBehindCuts() {
    try (TestCluster cluster = TestCluster.proxied(folder, 3)) {
      KvClient kv = new KvClient(cluster.client().group("main"));
      get(kv.put(key("before"), key("1")));
      long version = get(kv.get(key("before"))).modRevision();
      Map<Integer, Long> told = new ConcurrentHashMap<>();
      for (int i = 0; i < 1_000; i++) {
        watch(kv.group(), i, version, told);
      }
      get(kv.get(key("before"))); // answered behind the watches
      for (int i = 0; i < 1_000; i += 50) {
        cluster.cut();
        get(kv.put(key("k" + i), key("v")));
      }
      TestCluster.await("the changes to be told", () -> told.size() >= 20);
      told.forEach(
          (watch, reached) -> {
            assertEquals(0, watch % 50);
            assertTrue(reached > version, reached + " behind " + version);
          });
    }
  }

  /** Begins anew when it is to look: a node does so when it hears of another leader. */
  private static void watch(GroupClient group, int i, long version, Map<Integer, Long> told) {
    group.watch(
        List.of(KeyRange.single(key("k" + i))),
        version,
        reached -> {
          if (reached == 0) {
            watch(group, i, version, told);
          } else {
            told.put(i, reached);
          }
        });
  }

  @Test
  void manyReadsUnderWayAreAnsweredThoughTheLeaderGoes() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = new KvClient(cluster.client().group("main"));
      get(kv.put(key("a"), key("1")));
      List<Future<KvEntry>> reads = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        reads.add(kv.get(key("a")));
      }
      get(reads.get(100));
      cluster.stopNode(cluster.leader());
      reads.forEach(read -> assertEquals("1", get(read).value().utf8()));
    }
  }

  @Test
  void anExpiredSessionIsReplacedAndTheNextWriteSucceeds() {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      NodeId node = cluster.nodes().get(0);
      KvClient kv = new KvClient(cluster.client().group("main"));
      get(kv.put(key("a"), key("1")));
      long session = get(kv.group().session());
      var closed = new java.util.concurrent.CompletableFuture<org.quorate.api.Outcome>();
      cluster.node(node).groups().find(TestCluster.GROUP).closeSession(session, closed::complete);
      closed.join();
      get(kv.put(key("a"), key("2")));
      assertEquals("2", get(kv.get(key("a"))).value().utf8());
      assertFalse(get(kv.group().session()) == session);
    }
  }

  @Test
  void aWatchSeesEveryChangeOnceAlthoughTheLeaderGoes() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient writer = new KvClient(cluster.client().group("main"));
      KvClient watcher = new KvClient(cluster.client().group("main"));
      List<String> seen = new CopyOnWriteArrayList<>();
      Runnable end =
          watcher.watch(
              KeyRange.prefix(key("w/")),
              1,
              new KvWatch.Listener() {
                @Override
                public void changed(List<KvEvent> events, long upTo) {
                  events.forEach(e -> seen.add(e.entry().value().utf8()));
                }

                @Override
                public void ended(RuntimeException why) {
                  seen.add("ended: " + why);
                }
              });
      List<String> written = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        if (i == 20) {
          cluster.stopNode(cluster.leader());
        }
        get(writer.put(key("w/" + i % 7), key("v" + i)));
        get(writer.put(key("other"), key("v" + i)));
        written.add("v" + i);
      }
      TestCluster.await("all changes", () -> seen.size() >= written.size());
      assertEquals(written, seen);
      end.run();
    }
  }

  @Test
  void concurrentTransactionsLoseNoUpdate() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      AtomicInteger runs = new AtomicInteger();
      List<Future<Long>> all = new ArrayList<>();
      for (int c = 0; c < 2; c++) {
        KvClient kv = new KvClient(cluster.client().group("main"));
        for (int i = 0; i < 15; i++) {
          all.add(
              kv.transact(
                  tx ->
                      tx.get(key("balance"))
                          .map(
                              value -> {
                                runs.incrementAndGet();
                                long next = value == null ? 1 : Long.parseLong(value.utf8()) + 1;
                                tx.put(key("balance"), key(Long.toString(next)));
                                return next;
                              })));
        }
      }
      get(Future.all(all));
      KvClient reader = new KvClient(cluster.client().group("main"));
      assertEquals("30", get(reader.get(key("balance"))).value().utf8());
      assertEquals(30, all.stream().map(Future::result).distinct().count());
      assertTrue(runs.get() > 30, "no run was in conflict: " + runs);
    }
  }

  @Test
  void followersAnswerLocalReadsAndSendLinearizableOnesOn() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      NodeId leader = cluster.leader();
      NodeId follower =
          cluster.nodes().stream().filter(n -> !n.equals(leader)).findFirst().orElseThrow();
      GroupClient group =
          cluster
              .client(org.quorate.client.ClientOptions.of(cluster.address(follower).client()))
              .group("main");
      KvClient kv = new KvClient(group);
      get(kv.put(key("a"), key("1")));
      assertEquals("1", get(kv.get(key("a"))).value().utf8());
      TestCluster.await(
          "the follower to apply it",
          () -> {
            var entry = get(kv.get(key("a"), ReadLevel.LOCAL));
            return entry != null && entry.value().utf8().equals("1");
          });
    }
  }

  @Test
  void aMissingStrategyParksTheGroupSaysWhyAndOpensItAgain() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      NodeId follower =
          cluster.nodes().stream()
              .filter(n -> !n.equals(cluster.leader()))
              .findFirst()
              .orElseThrow();
      ConsensusStrategy raft = cluster.strategyOf(follower);
      cluster.services(follower).remove(raft).join();
      GroupStatus parked = cluster.status(follower);
      assertEquals(GroupStatus.State.PARKED, parked.state());
      assertTrue(parked.why().startsWith("strategy 'raft': no bundle provides it"), parked.why());
      WhyStep service =
          cluster
              .node(follower)
              .control()
              .why(TestCluster.GROUP)
              .toCompletableFuture()
              .join()
              .stream()
              .filter(step -> step.layer().equals("service"))
              .findFirst()
              .orElseThrow();
      assertFalse(service.ok());
      assertFalse(service.todo().isEmpty());

      KvClient kv = new KvClient(cluster.client().group("main"));
      get(kv.put(key("while"), key("parked")));
      cluster.services(follower).add(raft);
      TestCluster.await(
          "the group to open and catch up",
          () ->
              cluster.status(follower).state() == GroupStatus.State.RUNNING
                  && cluster
                      .status(follower)
                      .gtid()
                      .equals(cluster.status(cluster.leader()).gtid()));
    }
  }

  @Test
  void partsThatGoAfterTheNodeWaitForNobody() {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      NodeId node = cluster.nodes().get(0);
      Services services = cluster.services(node);
      ConsensusStrategy raft = cluster.strategyOf(node);
      cluster.stopNode(node);
      assertTrue(services.remove(raft).isDone());
    }
  }

  @Test
  void aWipedNodeIsAStrangerUntilItIsAddedAgain() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = new KvClient(cluster.client().group("main"));
      get(kv.put(key("a"), key("1")));
      NodeId leader = cluster.leader();
      NodeId wiped =
          cluster.nodes().stream().filter(n -> !n.equals(leader)).findFirst().orElseThrow();
      cluster.stopNode(wiped);
      delete(cluster.dataDir(wiped));
      cluster.startNode(wiped);
      TestCluster.await(
          "the node to be told of its group",
          () -> cluster.node(wiped).groups().find(TestCluster.GROUP) != null);
      TestCluster.await(
          "the group to be parked",
          () -> cluster.status(wiped).why().contains("its data was replaced"));

      var control = cluster.node(wiped).control();
      var group = TestCluster.GROUP;
      var other = cluster.node(leader).control();
      other.removeMember(group, wiped).toCompletableFuture().get(60, TimeUnit.SECONDS);
      other
          .addMember(group, new MemberSpec(wiped, Role.LEARNER, 1), "")
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
      TestCluster.await(
          "the learner to catch up",
          () ->
              cluster.status(wiped).state() == GroupStatus.State.RUNNING
                  && cluster.status(wiped).gtid().equals(cluster.status(leader).gtid()));
      other.changeRole(group, wiped, Role.VOTER).toCompletableFuture().get(60, TimeUnit.SECONDS);
      control.transferLeader(group, wiped).toCompletableFuture().get(60, TimeUnit.SECONDS);
      TestCluster.await("the hand-over", () -> cluster.status(wiped).role().equals("leader"));
      get(kv.put(key("a"), key("2")));
      assertEquals("2", get(kv.get(key("a"))).value().utf8());
    }
  }

  @Test
  void aRemovedMemberClosesItsReplicaAndComesBackWhenItIsAdded() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = new KvClient(cluster.client().group("main"));
      get(kv.put(key("a"), key("1")));
      NodeId leader = cluster.leader();
      NodeId removed = another(cluster, leader);
      remove(cluster, leader, removed);
      TestCluster.await(
          "the replica to be closed",
          () -> cluster.status(removed).state() == GroupStatus.State.REMOVED);
      String why = cluster.status(removed).why();
      assertTrue(why.contains("quorate group members main add " + removed), why);
      CompletableFuture<Long> told = new CompletableFuture<>();
      cluster.node(removed).groups().find(TestCluster.GROUP).watch(0, told::complete);
      assertEquals(0, told.orTimeout(60, TimeUnit.SECONDS).join(), "nothing is seen there");
      get(kv.put(key("a"), key("2")));
      cluster.stopNode(removed);
      cluster.startNode(removed);
      TestCluster.await(
          "the replica to stay closed",
          () -> cluster.status(removed).state() == GroupStatus.State.REMOVED);
      NodeId second = third(cluster, leader, removed);
      KvClient old = clientOf(cluster, second, leader);
      get(old.put(key("a"), key("3")));
      cluster
          .node(leader)
          .control()
          .addMember(TestCluster.GROUP, new MemberSpec(removed, Role.LEARNER, 1), "")
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
      awaitSame(cluster, removed, leader);

      // All that the client of before knows of, and is connected to, are replaced.
      cluster
          .node(leader)
          .control()
          .changeRole(TestCluster.GROUP, removed, Role.VOTER)
          .toCompletableFuture()
          .get(60, TimeUnit.SECONDS);
      remove(cluster, leader, second);
      remove(cluster, leader, leader);
      TestCluster.await(
          "the replicas to be closed",
          () ->
              cluster.status(leader).state() == GroupStatus.State.REMOVED
                  && cluster.status(second).state() == GroupStatus.State.REMOVED);
      assertEquals("3", get(old.get(key("a"))).value().utf8());
      get(old.put(key("a"), key("4")));
    }
  }

  /** Connected to both when it has been answered: the first one sends it to the second. */
  private static KvClient clientOf(TestCluster cluster, NodeId follower, NodeId leader) {
    ClientOptions both =
        ClientOptions.of(cluster.address(follower).client(), cluster.address(leader).client());
    return new KvClient(cluster.client(both).group("main"));
  }

  @Test
  void aMemberThatWasRemovedWhileItWasDownIsToldWhenItComesBack() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      NodeId removed = another(cluster, cluster.leader());
      cluster.stopNode(removed);
      remove(cluster, cluster.leader(), removed);
      cluster.startNode(removed);
      TestCluster.await(
          "the replica to be closed",
          () -> cluster.status(removed).state() == GroupStatus.State.REMOVED);
    }
  }

  @Test
  void aLeaderThatRemovesItselfClosesItsReplicaWhenThatIsDecided() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = new KvClient(cluster.client().group("main"));
      NodeId removed = cluster.leader();
      remove(cluster, removed, removed);
      TestCluster.await(
          "the replica to be closed",
          () -> cluster.status(removed).state() == GroupStatus.State.REMOVED);
      get(kv.put(key("a"), key("1")));
      assertEquals("1", get(kv.get(key("a"))).value().utf8());
    }
  }

  @Test
  void aRemovalThatIsNotDecidedClosesNothing() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      NodeId leader = cluster.leader();
      NodeId removed = another(cluster, leader);
      NodeId third = third(cluster, leader, removed);
      cluster.stopNode(third);
      // The new membership is leader and third: without the third nothing is decided.
      cluster.node(leader).control().removeMember(TestCluster.GROUP, removed);
      TestCluster.await("the change to be in force", () -> !lists(cluster.status(leader), removed));
      assertEquals(GroupStatus.State.RUNNING, cluster.status(removed).state());
      assertTrue(cluster.node(removed).groups().find(TestCluster.GROUP).manifest().lists(removed));
      cluster.startNode(third);
      // The leader may have lost its quorum meanwhile, and its successor may not have the change.
      TestCluster.await(
          "the change to be decided or cut off",
          () ->
              lists(cluster.status(cluster.leader()), removed)
                  == (cluster.status(removed).state() == GroupStatus.State.RUNNING));
    }
  }

  private static boolean lists(GroupStatus status, NodeId node) {
    return status.members().stream().anyMatch(m -> m.node().equals(node));
  }

  private static NodeId another(TestCluster cluster, NodeId not) {
    return cluster.nodes().stream().filter(n -> !n.equals(not)).findFirst().orElseThrow();
  }

  private static NodeId third(TestCluster cluster, NodeId one, NodeId other) {
    return cluster.nodes().stream()
        .filter(n -> !n.equals(one) && !n.equals(other))
        .findFirst()
        .orElseThrow();
  }

  private static void remove(TestCluster cluster, NodeId at, NodeId whom) throws Exception {
    cluster
        .node(at)
        .control()
        .removeMember(TestCluster.GROUP, whom)
        .toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
  }

  private static void awaitSame(TestCluster cluster, NodeId node, NodeId leader) {
    TestCluster.await(
        "the learner to catch up",
        () ->
            cluster.status(node).state() == GroupStatus.State.RUNNING
                && cluster.status(node).gtid().equals(cluster.status(leader).gtid()));
  }

  private static void delete(Path dir) throws java.io.IOException {
    try (var files = java.nio.file.Files.walk(dir)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        java.nio.file.Files.delete(file);
      }
    }
  }
}
