package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.storage.journal.JournalStorage;

/**
 * A replica is closed while a worker opens its log: the log, which nobody wants any more, is closed
 * before the replica that follows opens it.
 */
class LateOpeningTest {
  private static final GroupId TEST = GroupId.of("late");

  @TempDir Path folder;

  /** A real log whose opening can be held up. */
  private static final class GatedLogs implements LogStorage {
    private final JournalStorage logs;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final AtomicInteger waiting = new AtomicInteger();

    GatedLogs(Path folder) {
      logs = new JournalStorage(folder, 1 << 20);
    }

    @Override
    public String name() {
      return "gated";
    }

    @Override
    public boolean durable() {
      return true;
    }

    @Override
    public LinkStore open(GroupId group, long epoch, Executor loop) {
      waiting.incrementAndGet();
      try {
        if (!gate.await(30, TimeUnit.SECONDS)) {
          throw new IllegalStateException("the gate was not opened in 30 s");
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        waiting.decrementAndGet();
      }
      return logs.open(group, epoch, loop);
    }

    @Override
    public void delete(GroupId group, long epoch) {
      logs.delete(group, epoch);
    }

    @Override
    public void close() {
      logs.close();
    }
  }

  private static GroupStatus status(GroupHost host) {
    return TestCluster.status(host);
  }

  @Test
  void theLogThatNobodyTookIsClosedBeforeItIsOpenedAgain() throws Exception {
    try (GatedLogs logs = new GatedLogs(folder.resolve("gated"));
        TestCluster cluster = TestCluster.start(folder, 1)) {
      NodeId node = cluster.nodes().get(0);
      Services services = cluster.services(node);
      services.add(logs).get(30, TimeUnit.SECONDS);
      cluster
          .node(node)
          .control()
          .createGroup(new GroupSpec(TEST, "raft", "mapdb", "gated", "kv", List.of(), Map.of()))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
      GroupHost host = cluster.node(node).groups().find(TEST);
      TestCluster.await("a leader", () -> status(host).hint() != null);
      ConsensusStrategy raft = services.strategy("raft");
      services.remove(raft).get(30, TimeUnit.SECONDS);
      logs.gate = new CountDownLatch(1);
      services.add(raft).get(30, TimeUnit.SECONDS);
      TestCluster.await("the opening of the log", () -> logs.waiting.get() == 1);
      CompletableFuture<Void> removed = services.remove(raft);
      TestCluster.await("the replica to leave", () -> !host.isOpen() || removed.isDone());
      CompletableFuture<Void> added = services.add(raft);
      // Nothing else may open it while the first opening is under way, of which nobody knows the
      // end.
      assertFalse(removed.isDone());
      logs.gate.countDown();
      removed.get(30, TimeUnit.SECONDS);
      added.get(30, TimeUnit.SECONDS);
      TestCluster.await(
          "a leader, or what broke",
          () -> status(host).hint() != null || status(host).state() == GroupStatus.State.FAILED);
      assertEquals(List.of(), cluster.broken);
      assertEquals(GroupStatus.State.RUNNING, status(host).state(), () -> status(host).why());
    }
  }
}
