package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.kv.KvCommand;
import org.quorate.runtime.api.GroupSpec;

/** A node whose loop works at one thing for long, as when much is to be applied at once. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BusyLoopTest {
  private static final GroupId ORDERS = GroupId.of("orders");

  @TempDir Path folder;

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static GroupStatus status(TestCluster cluster, NodeId node) {
    return get(cluster.node(node).control().group(ORDERS)).orElseThrow();
  }

  private static Outcome add(TestCluster cluster, NodeId at) {
    Proposal proposal = Proposal.bare(new KvCommand.Add(Bytes.utf8("n"), 1).encode());
    return get(cluster.node(at).control().propose(ORDERS, proposal));
  }

  /** The loop of the group on a node does nothing else until the latch is free. */
  private static void occupy(TestCluster cluster, NodeId node, CountDownLatch until) {
    cluster
        .node(node)
        .groups()
        .find(ORDERS)
        .loop()
        .execute(
            () -> {
              try {
                until.await(60, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** With the defaults a certify sequencer is suspected after 300 ms, a Raft leader after a second. */
  @ParameterizedTest
  @CsvSource({"certify, view", "raft, term"})
  void aBusyLeaderIsNotSuspectedAndAStuckOneIs(String strategy, String reign) throws Exception {
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      get(
          cluster
              .node(NodeId.of("n1"))
              .control()
              .createGroup(
                  new GroupSpec(ORDERS, strategy, "mapdb", "journal", "kv", List.of(), Map.of())));
      assertInstanceOf(Outcome.Committed.class, add(cluster, NodeId.of("n2")));
      NodeId leader = status(cluster, NodeId.of("n2")).hint();
      NodeId other = NodeId.of(leader.name().equals("n2") ? "n3" : "n2");
      String before = status(cluster, other).details().get(reign);
      CountDownLatch busy = new CountDownLatch(1);
      occupy(cluster, leader, busy);
      assertTrue(!busy.await(2, TimeUnit.SECONDS));
      busy.countDown();
      assertInstanceOf(Outcome.Committed.class, add(cluster, other));
      assertEquals(leader, status(cluster, other).hint());
      assertEquals(before, status(cluster, other).details().get(reign));
      CountDownLatch stuck = new CountDownLatch(1);
      occupy(cluster, leader, stuck);
      TestCluster.await(
          "the others to go on without it", () -> add(cluster, other) instanceof Outcome.Committed);
      assertTrue(!status(cluster, other).hint().equals(leader));
      stuck.countDown();
      TestCluster.await(
          "it to follow",
          () -> status(cluster, leader).gtid().equals(status(cluster, other).gtid()));
    }
  }
}
