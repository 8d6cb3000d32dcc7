package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

  /** Less than the three seconds for which a loop counts as busy. */
  private static final long BUSY_MS = 2_000;

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

  /** The loop of the group on a node does nothing else until the latch is free; for how long, in ms. */
  private static CompletableFuture<Long> occupy(
      TestCluster cluster, NodeId node, CountDownLatch until) {
    CompletableFuture<Long> occupiedMs = new CompletableFuture<>();
    cluster
        .node(node)
        .groups()
        .find(ORDERS)
        .loop()
        .execute(
            () -> {
              long began = System.nanoTime();
              try {
                until.await(60, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              occupiedMs.complete(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            });
    return occupiedMs;
  }

  private static NodeId leader(TestCluster cluster) {
    TestCluster.await("a leader", () -> status(cluster, NodeId.of("n2")).hint() != null);
    return status(cluster, NodeId.of("n2")).hint();
  }

  private static NodeId other(NodeId than) {
    return NodeId.of(than.name().equals("n2") ? "n3" : "n2");
  }

  /** Not stuck yet. Says nothing, and is false, if the machine itself kept the loop for longer. */
  private static boolean isKeptWhileBusy(TestCluster cluster, NodeId leader, String reign)
      throws Exception {
    NodeId other = other(leader);
    GroupStatus before = status(cluster, other);
    CountDownLatch busy = new CountDownLatch(1);
    CompletableFuture<Long> occupiedMs = occupy(cluster, leader, busy);
    assertTrue(!busy.await(BUSY_MS, TimeUnit.MILLISECONDS));
    busy.countDown();
    if (get(occupiedMs) > BUSY_MS + 500) {
      return false;
    }
    assertInstanceOf(Outcome.Committed.class, add(cluster, other));
    GroupStatus after = status(cluster, other);
    assertEquals(leader, after.hint());
    assertEquals(before.details().get(reign), after.details().get(reign));
    return true;
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
      // A group that was just made has nobody yet who takes it.
      TestCluster.await(
          "the first addition", () -> add(cluster, NodeId.of("n2")) instanceof Outcome.Committed);
      int tries = 1;
      while (!isKeptWhileBusy(cluster, leader(cluster), reign)) {
        assertTrue(tries++ < 10, "this machine stands still again and again");
      }
      NodeId leader = leader(cluster);
      NodeId other = other(leader);
      CountDownLatch stuck = new CountDownLatch(1);
      occupy(cluster, leader, stuck);
      TestCluster.await(
          "the others to go on without it", () -> add(cluster, other) instanceof Outcome.Committed);
      assertNotEquals(leader, status(cluster, other).hint());
      stuck.countDown();
      TestCluster.await(
          "it to follow",
          () -> status(cluster, leader).gtid().equals(status(cluster, other).gtid()));
    }
  }
}
