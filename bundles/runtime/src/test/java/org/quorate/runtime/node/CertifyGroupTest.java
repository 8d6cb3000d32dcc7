package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.Gtid;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.NodeControl;

/** Groups of the certify strategy on nodes with real sockets and stores. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CertifyGroupTest {
  private static final GroupId ORDERS = GroupId.of("orders");
  private static final Bytes COUNTER = Bytes.utf8("counter");
  private static final NodeId N1 = NodeId.of("n1");
  private static final NodeId N2 = NodeId.of("n2");
  private static final NodeId N3 = NodeId.of("n3");

  @TempDir Path folder;

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static NodeControl at(TestCluster cluster, NodeId node) {
    return cluster.node(node).control();
  }

  private static Outcome add(NodeControl control) {
    return get(control.propose(ORDERS, Proposal.bare(new KvCommand.Add(COUNTER, 1).encode())));
  }

  private static ReadOutcome read(NodeControl control, ReadLevel level) {
    return get(control.read(ORDERS, new KvQuery.Get(COUNTER, 0).encode(), level));
  }

  private static String value(ReadOutcome outcome) {
    KvResult result =
        KvResult.decode(assertInstanceOf(ReadOutcome.Answered.class, outcome).result());
    return assertInstanceOf(KvResult.GetDone.class, result).entry().value().utf8();
  }

  private static void awaitRole(TestCluster cluster, NodeId node, String role) {
    TestCluster.await(
        node + " to be " + role,
        () -> at(cluster, node).group(ORDERS).map(s -> s.role().equals(role)).orElse(false));
  }

  private static void cutOff(Outcome outcome) {
    Outcome.NotLeader not = assertInstanceOf(Outcome.NotLeader.class, outcome);
    assertTrue(not.why().contains("OPEN"), not.why());
  }

  @Test
  void aNodeWithoutAQuorumAnswersLocalReadsAlone() {
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      get(
          at(cluster, N1)
              .createGroup(
                  new GroupSpec(
                      ORDERS, "certify", "mapdb", "journal", "kv", List.of(), Map.of())));
      Gtid done = assertInstanceOf(Outcome.Committed.class, add(at(cluster, N1))).gtid();
      NodeControl alone = at(cluster, N3);
      assertEquals("1", value(read(alone, new ReadLevel.Causal(done))));
      assertEquals("1", value(read(alone, ReadLevel.LINEARIZABLE)));
      cluster.stopNode(N1);
      cluster.stopNode(N2);
      awaitRole(cluster, N3, "OPEN");
      for (ReadLevel level : List.of(ReadLevel.LINEARIZABLE, new ReadLevel.Causal(done))) {
        ReadOutcome outcome = read(alone, level);
        cutOff(assertInstanceOf(ReadOutcome.Unanswered.class, outcome, level.toString()).why());
      }
      cutOff(add(alone));
      assertEquals("1", value(read(alone, ReadLevel.LOCAL)));
      cluster.startNode(N1);
      TestCluster.await("writes to go on", () -> add(alone) instanceof Outcome.Committed);
    }
  }
}
