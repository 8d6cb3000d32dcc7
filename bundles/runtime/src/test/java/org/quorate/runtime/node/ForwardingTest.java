package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.core.session.Session;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.runtime.api.NodeControl;

/** Requests to any node reach the one that takes them. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ForwardingTest {
  private static final Bytes COUNTER = Bytes.utf8("counter");

  @TempDir Path folder;

  private static <T> T get(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static Outcome add(NodeControl control, GroupId group) {
    return get(control.propose(group, Proposal.bare(new KvCommand.Add(COUNTER, 1).encode())));
  }

  private static long added(NodeControl control, GroupId group) {
    AtomicReference<Outcome> last = new AtomicReference<>();
    TestCluster.await(
        "somebody to take it",
        () -> {
          last.set(add(control, group));
          return !(last.get() instanceof Outcome.Overloaded
              || last.get() instanceof Outcome.NotLeader);
        });
    Outcome outcome = last.get();
    KvResult result = KvResult.decode(assertInstanceOf(Outcome.Committed.class, outcome).result());
    return assertInstanceOf(KvResult.Added.class, result).newValue();
  }

  private static String read(NodeControl control, GroupId group) {
    ReadOutcome outcome =
        get(control.read(group, new KvQuery.Get(COUNTER, 0).encode(), ReadLevel.LINEARIZABLE));
    KvResult result =
        KvResult.decode(assertInstanceOf(ReadOutcome.Answered.class, outcome).result());
    return assertInstanceOf(KvResult.GetDone.class, result).entry().value().utf8();
  }

  @Test
  void everyNodeTakesWritesAndReads() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      long expected = 0;
      for (int round = 0; round < 5; round++) {
        for (NodeId id : cluster.nodes()) {
          NodeControl control = cluster.node(id).control();
          assertEquals(++expected, added(control, TestCluster.GROUP), "executed once each");
          assertEquals(Long.toString(expected), read(control, TestCluster.GROUP));
        }
      }
      NodeAccess access = cluster.node(NodeId.of("n2")).access(TestCluster.GROUP);
      for (long ttlMs : new long[] {0, -1, Session.MAX_TTL_MS + 1, Long.MAX_VALUE}) {
        Outcome.Rejected refused =
            assertInstanceOf(Outcome.Rejected.class, get(access.openSession(ttlMs)));
        assertTrue(refused.message().contains("1 to 86400000"), refused.message());
      }
      access.close();
      GroupId nowhere = GroupId.of("nowhere");
      Outcome.Rejected unknown =
          assertInstanceOf(
              Outcome.Rejected.class, add(cluster.node(cluster.nodes().get(0)).control(), nowhere));
      assertEquals(Outcome.Rejection.UNKNOWN_GROUP, unknown.code());
    }
  }

  /** Those that wait and those that come too late: nobody waits for an answer for ever. */
  @Test
  void anAccessThatIsClosedAnswersAll() {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      NodeAccess access = cluster.node(NodeId.of("n1")).access(GroupId.of("nowhere"));
      Bytes query = new KvQuery.Get(COUNTER, 0).encode();
      CompletionStage<Outcome> write = access.propose(new KvCommand.Add(COUNTER, 1).encode());
      CompletionStage<ReadOutcome> read = access.read(query, ReadLevel.LINEARIZABLE);
      CompletionStage<Outcome> session = access.openSession(1000);
      access.close();
      assertInstanceOf(Outcome.NotLeader.class, get(write));
      assertInstanceOf(ReadOutcome.Unanswered.class, get(read));
      assertInstanceOf(Outcome.NotLeader.class, get(session));
      assertInstanceOf(Outcome.NotLeader.class, get(access.propose(Bytes.EMPTY)));
      assertInstanceOf(ReadOutcome.Unanswered.class, get(access.read(query, ReadLevel.LOCAL)));
      assertInstanceOf(Outcome.NotLeader.class, get(access.closeSession(7)));
    }
  }

  @Test
  void aNodeWithoutTheGroupAsksTheOthersAlsoWhenTheFirstOfThemIsDown() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      GroupId two = create(cluster, "two", NodeId.of("n1"), NodeId.of("n2"));
      GroupId lone = create(cluster, "lone", NodeId.of("n2"));
      NodeControl stranger = cluster.node(NodeId.of("n3")).control();
      assertEquals(1, added(stranger, two));
      assertEquals("1", read(stranger, two));
      assertEquals(1, added(stranger, lone));
      cluster.stopNode(NodeId.of("n1"));
      assertEquals("1", read(stranger, lone));
    }
  }

  private static GroupId create(TestCluster cluster, String name, NodeId... members) {
    GroupId group = GroupId.of(name);
    List<MemberSpec> voters = Stream.of(members).map(MemberSpec::voter).toList();
    get(
        cluster
            .node(members[0])
            .control()
            .createGroup(new GroupSpec(group, "raft", "mapdb", "journal", "kv", voters, Map.of())));
    return group;
  }

  @Test
  void aLostLeaderIsReplacedAndALostQuorumIsNamed() {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      NodeId leader = cluster.leader();
      assertEquals(1, added(cluster.node(leader).control(), TestCluster.GROUP));
      cluster.stopNode(leader);
      NodeId survivor = cluster.nodes().get(0);
      TestCluster.await(
          "a write on a survivor",
          () ->
              add(cluster.node(survivor).control(), TestCluster.GROUP)
                  instanceof Outcome.Committed);
      cluster.stopNode(cluster.nodes().get(1));
      NodeControl alone = cluster.node(survivor).control();
      TestCluster.await(
          "the loss to be noticed and named",
          () ->
              add(alone, TestCluster.GROUP) instanceof Outcome.NotLeader not && not.hint() == null);
      CompletableFuture<Long> told = new CompletableFuture<>();
      cluster
          .node(survivor)
          .groups()
          .find(TestCluster.GROUP)
          .watch(Long.MAX_VALUE - 1, told::complete);
      assertEquals(0, get(told), "who waits here has to look elsewhere");
    }
  }
}
