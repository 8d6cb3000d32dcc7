package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.WhyStep;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;

/** Groups are made by any node, once, and one that cannot be opened harms no other. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CreationTest {
  private static final GroupId SECOND = GroupId.of("second");
  private static final NodeId N1 = NodeId.of("n1");
  private static final NodeId N2 = NodeId.of("n2");
  private static final NodeId N3 = NodeId.of("n3");

  @TempDir Path folder;

  private static void create(TestCluster cluster, NodeId at, GroupSpec spec) throws Exception {
    cluster.node(at).control().createGroup(spec).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static GroupStatus second(TestCluster cluster, NodeId at) {
    GroupHost host = cluster.node(at).groups().find(SECOND);
    return host == null ? null : TestCluster.status(host);
  }

  private static void awaitLeader(TestCluster cluster, List<NodeId> among) {
    TestCluster.await(
        "a leader of the second group",
        () ->
            among.stream()
                .map(n -> second(cluster, n))
                .anyMatch(s -> s != null && s.role().equals("leader")));
  }

  @Test
  void aGroupIsMadeWhileTheFirstNamedMemberIsDown() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      cluster.stopNode(N1);
      create(cluster, N3, GroupSpec.of("second"));
      awaitLeader(cluster, List.of(N2, N3));
      cluster.startNode(N1);
      TestCluster.await(
          "the member that was down to get it",
          () -> {
            GroupStatus status = second(cluster, N1);
            return status != null && status.hint() != null && status.applied() > 0;
          });
      assertEquals(3, second(cluster, N1).members().size());
    }
  }

  @Test
  void withoutAMajorityNothingIsMade() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      cluster.node(N3).control().setParameter("create.timeout.ms", "1000");
      cluster.stopNode(N1);
      cluster.stopNode(N2);
      GroupSpec spec = GroupSpec.of("second");
      NodeControl control = cluster.node(N3).control();
      CompletableFuture<CompletionStage<Void>> again = new CompletableFuture<>();
      CompletableFuture<Void> first = control.createGroup(spec).toCompletableFuture();
      first.whenComplete((done, problem) -> again.complete(control.createGroup(spec)));
      ControlException refused = refusal(first);
      assertEquals(ControlException.Code.UNAVAILABLE, refused.code());
      assertNotSame(refused, refusal(again.get(60, TimeUnit.SECONDS)), "it was tried once more");
      assertNull(second(cluster, N3));
    }
  }

  private static ControlException refusal(CompletionStage<Void> creation) {
    ExecutionException refused =
        assertThrows(
            ExecutionException.class,
            () -> creation.toCompletableFuture().get(60, TimeUnit.SECONDS));
    return (ControlException) refused.getCause();
  }

  @Test
  void whatBrokeOffIsFinishedByRepeatingItElsewhere() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      List<Member> members = new ArrayList<>();
      for (GroupStatus.MemberStatus m : cluster.status(N1).members()) {
        members.add(new Member(m.node(), Long.parseUnsignedLong(m.storeId(), 16), Role.VOTER));
      }
      Services.Parts parts =
          cluster.services(N1).parts(cluster.node(N1).groups().find(TestCluster.GROUP).manifest());
      GroupSpec spec = GroupCreation.decided(GroupSpec.of("second"), parts);
      GroupManifest begun = Creation.identified(spec, members, "test");
      assertNull(cluster.node(N1).groups().install(begun));
      create(cluster, N2, GroupSpec.of("second"));
      awaitLeader(cluster, cluster.nodes());
      for (NodeId node : cluster.nodes()) {
        assertEquals(begun.config().historyId(), second(cluster, node).gtid().historyId());
      }
    }
  }

  @Test
  void twoDifferentCreationsOfOneNameMakeOneHistory() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      List<CompletableFuture<Void>> both = new ArrayList<>();
      for (NodeId at : List.of(N1, N3)) {
        Map<String, String> options = Map.of("raft.election.ms", at.equals(N1) ? "900" : "1100");
        GroupSpec spec =
            new GroupSpec(SECOND, "raft", "mapdb", "journal", "kv", List.of(), options);
        both.add(cluster.node(at).control().createGroup(spec).toCompletableFuture());
      }
      int made = 0;
      for (CompletableFuture<Void> each : both) {
        try {
          each.get(60, TimeUnit.SECONDS);
          made++;
        } catch (ExecutionException e) {
          ControlException why = (ControlException) e.getCause();
          assertEquals(ControlException.Code.EXISTS, why.code(), why.getMessage());
        }
      }
      assertNotEquals(2, made);
      Set<Long> histories = new HashSet<>();
      for (NodeId node : cluster.nodes()) {
        GroupStatus status = second(cluster, node);
        if (status != null) {
          histories.add(status.gtid().historyId());
        }
      }
      assertEquals(made, histories.size());
    }
  }

  @Test
  void aCorruptStoreFailsItsGroupAndNoOther() throws Exception {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      create(cluster, N1, GroupSpec.of("second"));
      awaitLeader(cluster, cluster.nodes());
      cluster.stopNode(N2);
      Path damaged = cluster.dataDir(N2).resolve("state/second/state-1.db");
      byte[] content = Files.readAllBytes(damaged);
      for (int i = 0; i < content.length; i++) {
        content[i] ^= 0x5a;
      }
      Files.write(damaged, content);
      cluster.startNode(N2);
      TestCluster.await(
          "the damaged group to fail",
          () -> second(cluster, N2).state() == GroupStatus.State.FAILED);
      assertTrue(second(cluster, N2).why().contains(damaged.getFileName().toString()));
      WhyStep step = cluster.node(N2).control().why(SECOND).toCompletableFuture().join().get(0);
      assertTrue(!step.ok() && step.finding().contains("failed"), step.toString());
      TestCluster.await(
          "the other group of the node",
          () ->
              cluster.status(N2).state() == GroupStatus.State.RUNNING
                  && cluster.status(N2).hint() != null);
      awaitLeader(cluster, List.of(N1, N3));
      assertEquals(List.of(), cluster.broken);
    }
  }
}
