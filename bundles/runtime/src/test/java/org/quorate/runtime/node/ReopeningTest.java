package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Traits;
import org.quorate.spi.storage.LogStorage;
import org.quorate.storage.memory.MemoryLogStorage;

/**
 * A replica that is opened anew in a running process, as after the update of a bundle, is not taken
 * for the one before: each addition is executed once and answered with its own sum.
 */
class ReopeningTest {
  private static final Bytes COUNTER = Bytes.utf8("counter");
  private static final GroupId TEST = GroupId.of("reopened");
  private static final int LOADS = 16;

  @TempDir Path folder;

  private final Set<Long> sums = new ConcurrentSkipListSet<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicBoolean going = new AtomicBoolean(true);

  private void add(KvClient kv, CompletableFuture<Void> end) {
    kv.add(COUNTER, 1)
        .onSuccess(
            sum -> {
              sums.add(sum);
              answers.incrementAndGet();
              if (going.get()) {
                add(kv, end);
              } else {
                end.complete(null);
              }
            })
        .onFailure(end::completeExceptionally);
  }

  private static GroupStatus status(GroupHost host) {
    return TestCluster.status(host);
  }

  private void run(TestCluster cluster, String strategy, int rounds) throws Exception {
    cluster
        .node(cluster.nodes().get(0))
        .control()
        .createGroup(new GroupSpec(TEST, strategy, "mapdb", "journal", "kv", List.of(), Map.of()))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
    TestCluster.await(
        "all to have the group",
        () -> cluster.nodes().stream().allMatch(n -> cluster.node(n).groups().find(TEST) != null));
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (NodeId node : cluster.nodes()) {
      ClientOptions there = ClientOptions.of(cluster.address(node).client());
      KvClient kv = new KvClient(cluster.client(there).group(TEST.name()));
      for (int i = 0; i < LOADS; i++) {
        CompletableFuture<Void> end = new CompletableFuture<>();
        ends.add(end);
        add(kv, end);
      }
    }
    for (int round = 0; round < rounds; round++) {
      for (NodeId node : cluster.nodes()) {
        GroupHost host = cluster.node(node).groups().find(TEST);
        ConsensusStrategy part = cluster.services(node).strategy(strategy);
        cluster.services(node).remove(part).get(30, TimeUnit.SECONDS);
        assertEquals(GroupStatus.State.PARKED, status(host).state());
        cluster.services(node).add(part).get(30, TimeUnit.SECONDS);
        TestCluster.await("a leader", () -> status(host).hint() != null);
      }
    }
    going.set(false);
    CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new)).get(60, TimeUnit.SECONDS);
    assertTrue(answers.get() > 0);
    Set<Long> expected = new TreeSet<>();
    for (long sum = 1; sum <= answers.get(); sum++) {
      expected.add(sum);
    }
    assertEquals(expected, sums);
    assertEquals(0, cluster.broken.size(), cluster.broken::toString);
  }

  /** A strategy that remembers the seeds it was given, which differ by incarnation. */
  private record Watched(ConsensusStrategy strategy, Set<Long> seeds) implements ConsensusStrategy {
    @Override
    public String name() {
      return strategy.name();
    }

    @Override
    public Traits traits() {
      return strategy.traits();
    }

    @Override
    public Loglet open(LinkContext link) {
      seeds.add(link.seed());
      return strategy.open(link);
    }
  }

  @Test
  void eachOpeningHasAnIncarnationOfItsOwn() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      NodeId node = cluster.nodes().get(0);
      ConsensusStrategy raft = cluster.strategyOf(node);
      Watched watched = new Watched(raft, new ConcurrentSkipListSet<>());
      cluster.services(node).remove(raft).get(30, TimeUnit.SECONDS);
      for (int i = 1; i <= 3; i++) {
        int openings = i;
        cluster.services(node).add(watched).get(30, TimeUnit.SECONDS);
        TestCluster.await("an opening", () -> watched.seeds().size() == openings);
        cluster.services(node).remove(watched).get(30, TimeUnit.SECONDS);
      }
    }
  }

  /** So that a deployment can go back to the version before. */
  @Test
  void aVersionThatDoesNotOpenGivesWayToOneThatDoes() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      NodeId node = cluster.nodes().get(0);
      ConsensusStrategy raft = cluster.strategyOf(node);
      GroupHost host = cluster.node(node).groups().all().get(0);
      for (Supplier<Throwable> how :
          List.<Supplier<Throwable>>of(
              () -> new IllegalStateException("not today"),
              () -> new NoSuchMethodError("Effects.sing()"))) {
        BrokenStrategy broken = new BrokenStrategy(raft, how);
        Services services = cluster.services(node);
        services.add(broken).get(30, TimeUnit.SECONDS);
        services.remove(raft).get(30, TimeUnit.SECONDS);
        GroupStatus failed = status(host);
        assertEquals(GroupStatus.State.FAILED, failed.state(), failed::why);
        assertTrue(failed.why().startsWith("strategy 'raft' does not open"), failed::why);
        assertTrue(failed.why().contains(how.get().getMessage()), failed::why);
        services.add(raft).get(30, TimeUnit.SECONDS);
        services.remove(broken).get(30, TimeUnit.SECONDS);
        TestCluster.await("a leader", () -> status(host).hint() != null);
        // As when the bundle is updated: for a moment there is none.
        services.remove(raft).get(30, TimeUnit.SECONDS);
        services.add(broken).get(30, TimeUnit.SECONDS);
        services.remove(broken).get(30, TimeUnit.SECONDS);
        services.add(raft).get(30, TimeUnit.SECONDS);
        TestCluster.await("a leader", () -> status(host).hint() != null);
      }
      assertEquals(0, cluster.broken.size(), cluster.broken::toString);
    }
  }

  /** What is done with the stores of a group may meet anything; the group goes on. */
  @Test
  void whatFailsWhileStoresAreWorkedOnIsToldAndTheGroupGoesOn() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      GroupHost host = cluster.node(cluster.nodes().get(0)).groups().all().get(0);
      for (Throwable planted :
          List.of(new IllegalStateException("not today"), new NoClassDefFoundError("a/Part"))) {
        CompletableFuture<?> done =
            host.operate(
                    "is tried",
                    (config, parts, storeId) -> {
                      if (planted instanceof Error error) {
                        throw error;
                      }
                      throw (RuntimeException) planted;
                    })
                .toCompletableFuture();
        ExecutionException failed =
            assertThrows(ExecutionException.class, () -> done.get(30, TimeUnit.SECONDS));
        assertSame(planted, failed.getCause());
        TestCluster.await("a leader", () -> status(host).hint() != null);
      }
    }
  }

  /** The group is parked already: it had no strategy when the version that fails came. */
  @Test
  void aParkedGroupSaysThatTheNewVersionFailsAndHow() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      NodeId node = cluster.nodes().get(0);
      ConsensusStrategy raft = cluster.strategyOf(node);
      GroupHost host = cluster.node(node).groups().all().get(0);
      Services services = cluster.services(node);
      services.remove(raft).get(30, TimeUnit.SECONDS);
      assertTrue(status(host).why().contains("no bundle provides it"), status(host)::why);
      BrokenStrategy broken =
          new BrokenStrategy(raft, () -> new IllegalStateException("not today"));
      services.add(broken).get(30, TimeUnit.SECONDS);
      TestCluster.await("what fails", () -> status(host).why().contains("not today"));
      GroupStatus parked = status(host);
      assertEquals(GroupStatus.State.PARKED, parked.state());
      assertTrue(parked.why().startsWith("strategy 'raft' does not open link 1: "), parked::why);
      assertTrue(parked.why().contains("put another version of its bundle"), parked::why);
      services.add(raft).get(30, TimeUnit.SECONDS);
      services.remove(broken).get(30, TimeUnit.SECONDS);
      TestCluster.await("a leader", () -> status(host).hint() != null);
      assertEquals(List.of(), cluster.broken);
    }
  }

  @Test
  void aloneItAnswersWhatWasAskedOfIt() throws Exception {
    try (TestCluster cluster = TestCluster.start(folder, 1)) {
      run(cluster, "raft", 15);
    }
  }

  @Test
  void leadershipGoesToAnotherBeforeItParks() throws Exception {
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      run(cluster, "raft", 4);
    }
  }

  @Test
  void whereEveryMemberProposesEachGoesOnAnew() throws Exception {
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      run(cluster, "certify", 4);
    }
  }

  /** A voter that forgot what it promised must not vote: it is a stranger until it is added again. */
  @Test
  void aStorageThatTakesItsDataWithItLeavesAStranger() throws Exception {
    try (TestCluster cluster = TestCluster.start(folder, 1)) {
      NodeId node = cluster.nodes().get(0);
      cluster
          .node(node)
          .control()
          .createGroup(
              new GroupSpec(
                  TEST, "raft", "mapdb", "memory", "kv", List.of(), Map.of("volatile", "true")))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
      GroupHost host = cluster.node(node).groups().find(TEST);
      TestCluster.await("a leader", () -> status(host).hint() != null);
      LogStorage used = cluster.services(node).log("memory");
      cluster.services(node).remove(used).get(30, TimeUnit.SECONDS);
      cluster.services(node).add(new MemoryLogStorage()).get(30, TimeUnit.SECONDS);
      GroupStatus parked = status(host);
      assertEquals(GroupStatus.State.PARKED, parked.state());
      assertTrue(parked.why().contains("its data was replaced"), parked.why());
    }
  }
}
