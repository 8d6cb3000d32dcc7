package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.quorate.runtime.node.ClusterTest.get;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.kv.KvCommand;
import org.quorate.client.KvClient;
import org.quorate.kv.KvStateMachine;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.state.ApplyContext;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateMachineFactory;
import org.quorate.spi.state.StateView;

/** A replica whose memory flips a byte is noticed, fenced and given the group's state again. */
class DivergenceTest {
  private static final GroupId GROUP = GroupId.of("checked");
  private static final Bytes KEY = Bytes.utf8("flipped");
  private static final Bytes GOOD = Bytes.utf8("good");

  @TempDir Path folder;

  /** Stores another value for one put, on the node named, once. */
  private record Flipping(AtomicReference<NodeId> where, NodeId self)
      implements StateMachineFactory {
    @Override
    public String name() {
      return KvStateMachineFactory.NAME;
    }

    @Override
    public List<Parameter> parameters() {
      return new KvStateMachineFactory().parameters();
    }

    @Override
    public StateMachine create(Options options) {
      StateMachine kv = new KvStateMachine();
      return new StateMachine() {
        @Override
        public Bytes apply(ApplyContext context, Bytes command) {
          boolean flips =
              command.equals(KvCommand.put(KEY, GOOD).encode()) && where.compareAndSet(self, null);
          return kv.apply(
              context, flips ? KvCommand.put(KEY, Bytes.utf8("gooe")).encode() : command);
        }

        @Override
        public void leaseEnded(ApplyContext context, long lease) {
          kv.leaseEnded(context, lease);
        }

        @Override
        public Bytes query(StateView view, Bytes query) {
          return kv.query(view, query);
        }

        @Override
        public boolean lengthy(Bytes query) {
          return kv.lengthy(query);
        }

        @Override
        public long stateHash(StateView view) {
          return kv.stateHash(view);
        }
      };
    }
  }

  private static GroupStatus status(TestCluster cluster, NodeId node) {
    return TestCluster.status(cluster.node(node).groups().find(GROUP));
  }

  private static NodeId leader(TestCluster cluster) {
    return cluster.nodes().stream()
        .filter(n -> cluster.node(n).groups().find(GROUP) != null)
        .filter(n -> n.equals(status(cluster, n).hint()))
        .findFirst()
        .orElse(null);
  }

  private static boolean same(TestCluster cluster, NodeId one, NodeId other) {
    GroupStatus left = status(cluster, one);
    GroupStatus right = status(cluster, other);
    return left.gtid().equals(right.gtid()) && left.stateHash().equals(right.stateHash());
  }

  /** Leading, or sequencing, or neither. */
  @ParameterizedTest
  @CsvSource({"raft, false", "raft, true", "certify, false", "certify, true"})
  void whoDivergedIsSeededAnew(String strategy, boolean leading) {
    AtomicReference<NodeId> where = new AtomicReference<>();
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      for (NodeId node : cluster.nodes()) {
        cluster.stopNode(node);
        cluster.startNode(node, new Flipping(where, node));
      }
      cluster.client().bootstrap().toCompletionStage().toCompletableFuture().join();
      Map<String, String> options = Map.of("state.check.ms", "500");
      cluster
          .node(cluster.nodes().get(0))
          .control()
          .createGroup(new GroupSpec(GROUP, strategy, "mapdb", "journal", "kv", List.of(), options))
          .toCompletableFuture()
          .join();
      AtomicReference<NodeId> found = new AtomicReference<>();
      TestCluster.await(
          "a leader",
          () -> {
            found.set(leader(cluster));
            return found.get() != null;
          });
      NodeId leader = found.get();
      NodeId victim =
          cluster.nodes().stream()
              .filter(n -> n.equals(leader) == leading)
              .findFirst()
              .orElseThrow();
      KvClient kv = new KvClient(cluster.client().group(GROUP.name()));
      for (int i = 0; i < 100; i++) {
        get(kv.put(Bytes.utf8("k" + i), GOOD));
      }
      where.set(victim);
      get(kv.put(KEY, GOOD));
      TestCluster.await("the byte to flip", () -> where.get() == null);
      NodeId sound = cluster.nodes().stream().filter(n -> !n.equals(victim)).findFirst().get();
      TestCluster.await(
          "the victim to be fenced, if not seeded anew already",
          () ->
              status(cluster, victim).state() == GroupStatus.State.DIVERGED
                  || same(cluster, victim, sound));
      TestCluster.await(
          "a snapshot to replace the state",
          () ->
              same(cluster, victim, sound)
                  && status(cluster, victim).state() == GroupStatus.State.RUNNING);
      get(kv.put(Bytes.utf8("after"), GOOD));
      TestCluster.await("the same goes on there", () -> same(cluster, victim, sound));
      assertEquals(List.of(), cluster.broken);
    }
  }
}
