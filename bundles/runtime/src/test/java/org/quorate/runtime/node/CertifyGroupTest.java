package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.Gtid;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.StorageSpec;

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

  /** Asks again as long as nobody takes it: a group that was just made has no sequencer yet. */
  private static Outcome.Committed added(NodeControl control) {
    AtomicReference<Outcome> last = new AtomicReference<>();
    TestCluster.await(
        "the addition to be taken",
        () -> {
          last.set(add(control));
          return !(last.get() instanceof Outcome.Overloaded
              || last.get() instanceof Outcome.NotLeader);
        });
    return assertInstanceOf(Outcome.Committed.class, last.get());
  }

  private static ReadOutcome read(NodeControl control, ReadLevel level) {
    return get(control.read(ORDERS, new KvQuery.Get(COUNTER, 0).encode(), level));
  }

  private static String value(ReadOutcome outcome) {
    KvResult result =
        KvResult.decode(assertInstanceOf(ReadOutcome.Answered.class, outcome).result());
    return assertInstanceOf(KvResult.GetDone.class, result).entry().value().utf8();
  }

  private static Optional<GroupStatus> status(TestCluster cluster, NodeId node) {
    return get(at(cluster, node).group(ORDERS));
  }

  private static void awaitRole(TestCluster cluster, NodeId node, String role) {
    TestCluster.await(
        node + " to be " + role,
        () -> status(cluster, node).map(s -> s.role().equals(role)).orElse(false));
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
                  new GroupSpec(ORDERS, "certify", "mapdb", "journal", "kv", List.of(), Map.of())));
      Gtid done = added(at(cluster, N1)).gtid();
      NodeControl alone = at(cluster, N3);
      assertEquals("1", value(read(alone, new ReadLevel.Causal(done))));
      assertEquals("1", value(read(alone, ReadLevel.LINEARIZABLE)));
      cluster.stopNode(N1);
      cluster.stopNode(N2);
      awaitRole(cluster, N3, "OPEN");
      // All at once: each of them is tried for some seconds.
      CompletionStage<Outcome> write =
          alone.propose(ORDERS, Proposal.bare(new KvCommand.Add(COUNTER, 1).encode()));
      Bytes query = new KvQuery.Get(COUNTER, 0).encode();
      CompletionStage<ReadOutcome> fresh = alone.read(ORDERS, query, ReadLevel.LINEARIZABLE);
      CompletionStage<ReadOutcome> causal = alone.read(ORDERS, query, new ReadLevel.Causal(done));
      for (CompletionStage<ReadOutcome> each : List.of(fresh, causal)) {
        cutOff(assertInstanceOf(ReadOutcome.Unanswered.class, get(each)).why());
      }
      cutOff(get(write));
      assertEquals("1", value(read(alone, ReadLevel.LOCAL)));
      cluster.startNode(N1);
      TestCluster.await("writes to go on", () -> add(alone) instanceof Outcome.Committed);
    }
  }

  private static void create(
      NodeControl control, String strategy, List<MemberSpec> members, Map<String, String> options) {
    get(
        control.createGroup(
            new GroupSpec(ORDERS, strategy, "mapdb", "journal", "kv", members, options)));
  }

  /** Of two nodes with data one dies; the other one and the witness remove it and go on. */
  @Test
  void twoNodesAndAWitnessSurviveTheSequencer() {
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      List<MemberSpec> members = MemberSpec.parse(List.of("n1", "n2", "n3:witness"), Map.of());
      create(at(cluster, N2), "certify", members, Map.of("certify.remove.dead.ms", "3000"));
      added(at(cluster, N3));
      assertEquals("1", value(read(at(cluster, N3), ReadLevel.LINEARIZABLE)));
      NodeId sequencer = status(cluster, N3).orElseThrow().hint();
      NodeId survivor = sequencer.equals(N1) ? N2 : N1;
      cluster.stopNode(sequencer);
      TestCluster.await(
          "writes to go on", () -> add(at(cluster, survivor)) instanceof Outcome.Committed);
      TestCluster.await(
          "the dead one to be removed",
          () -> status(cluster, survivor).orElseThrow().members().size() == 2);
      List<GroupStatus.MemberStatus> left = status(cluster, survivor).orElseThrow().members();
      assertTrue(left.stream().anyMatch(m -> m.role().equals("witness")), left.toString());
    }
  }

  /** With most of the votes a node goes on alone, without any removal; the two others do not. */
  @Test
  void aHeavyNodeGoesOnAlone() {
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      List<MemberSpec> members = MemberSpec.parse(List.of("n1", "n2", "n3"), Map.of("n2", "3"));
      create(at(cluster, N1), "certify", members, Map.of());
      added(at(cluster, N1));
      cluster.stopNode(N1);
      cluster.stopNode(N3);
      TestCluster.await("writes to go on", () -> add(at(cluster, N2)) instanceof Outcome.Committed);
      String why = "3 of 5 votes";
      TestCluster.await(why, () -> get(at(cluster, N2).why(ORDERS)).toString().contains(why));
      cluster.startNode(N1);
      cluster.startNode(N3);
      // A node that has just come up is OPEN too, and what the heavy one sent it may be under way.
      awaitRole(cluster, N1, "SYNCED");
      awaitRole(cluster, N3, "SYNCED");
      cluster.stopNode(N2);
      awaitRole(cluster, N1, "OPEN");
      cutOff(add(at(cluster, N1)));
    }
  }

  private static String detail(TestCluster cluster, NodeId node, String name) {
    return status(cluster, node).map(s -> s.details().get(name)).orElse(null);
  }

  /** What an operator does to one node at a time: nobody waits for it, it serves, it is back. */
  @Test
  void aDesyncedNodeServesAndMovesItsStateWhileNobodyWaitsForIt() {
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      create(
          at(cluster, N1),
          "certify",
          MemberSpec.parse(List.of("n1", "n2", "n3"), Map.of()),
          Map.of());
      added(at(cluster, N1));
      NodeId sequencer = status(cluster, N1).orElseThrow().hint();
      NodeId worked = sequencer.equals(N2) ? N3 : N2;
      get(at(cluster, N1).desync(ORDERS, worked, true));
      awaitRole(cluster, worked, "DONOR");
      assertEquals("1", detail(cluster, worked, "desync"));
      assertEquals(worked.name(), detail(cluster, worked, "desynced"));
      get(at(cluster, worked).moveStorage(new StorageSpec(ORDERS, "mapdb", worked, 30_000)));
      Gtid done = added(at(cluster, worked)).gtid();
      assertEquals("2", value(read(at(cluster, worked), new ReadLevel.Causal(done))));
      CompletionException refused =
          assertThrows(
              CompletionException.class,
              () -> get(at(cluster, worked).desync(ORDERS, sequencer, true)));
      assertTrue(refused.getMessage().contains("hand over"), refused.getMessage());
      get(at(cluster, worked).desync(ORDERS, worked, false));
      awaitRole(cluster, worked, "SYNCED");
      assertEquals("0", detail(cluster, worked, "desync"));
    }
  }

  @Test
  void whatAStrategyDoesNotKnowIsRefusedBeforeAnythingIsMade() {
    try (TestCluster cluster = TestCluster.start(folder, 3)) {
      refused(cluster, "raft", List.of("n1", "n2", "n3:witness"), Map.of(), "knows no witness");
      refused(cluster, "raft", List.of("n1", "n2", "n3"), Map.of("n1", "2"), "counts heads");
      refused(cluster, "certify", List.of("n1:witness"), Map.of(), "none of them is a voter");
      refused(cluster, "certify", List.of("n1", "n1"), Map.of(), "listed twice");
      assertTrue(status(cluster, N1).isEmpty());
    }
  }

  private static void refused(
      TestCluster cluster,
      String strategy,
      List<String> members,
      Map<String, String> weights,
      String why) {
    CompletionException thrown =
        assertThrows(
            CompletionException.class,
            () -> create(at(cluster, N1), strategy, MemberSpec.parse(members, weights), Map.of()));
    ControlException cause = assertInstanceOf(ControlException.class, thrown.getCause());
    assertEquals(ControlException.Code.INVALID, cause.code());
    assertTrue(cause.getMessage().contains(why), cause.getMessage());
  }

  @Test
  void membersAreReadFromTexts() {
    assertEquals(
        "[n1*2, n2, n3:witness]",
        MemberSpec.parse(List.of("n1", "n2", "n3:Witness"), Map.of("n1", "2")).toString());
    for (String[] wrong :
        new String[][] {
          {"n1:boss", "n1", "1"}, {"n1", "n2", "1"}, {"n1", "n1", "0"}, {"n1", "n1", "x"}
        }) {
      assertThrows(
          IllegalArgumentException.class,
          () -> MemberSpec.parse(List.of(wrong[0]), Map.of(wrong[1], wrong[2])),
          () -> String.join(" ", wrong));
    }
  }
}
