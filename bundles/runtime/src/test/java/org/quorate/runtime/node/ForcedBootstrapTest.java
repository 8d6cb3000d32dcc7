package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.Isolation;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.Transaction;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.core.history.Remains;
import org.quorate.runtime.api.BootstrapPlan;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.ReseedReport;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;

/** A group that lost its quorum for ever goes on by an operator's word, and nothing diverges silently. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ForcedBootstrapTest {
  private static final GroupId GROUP = GroupId.of("orders");
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

  private static Outcome tryPut(TestCluster cluster, NodeId node, String key, String value) {
    Bytes command = KvCommand.put(Bytes.utf8(key), Bytes.utf8(value)).encode();
    return get(at(cluster, node).propose(GROUP, Proposal.bare(command)));
  }

  private static void put(TestCluster cluster, NodeId node, String key, String value) {
    TestCluster.await(
        key + " to be written",
        () -> tryPut(cluster, node, key, value) instanceof Outcome.Committed);
  }

  /** Why a transaction with a snapshot of a version lost. */
  private static Conflict lost(TestCluster cluster, NodeId node, long version) {
    Bytes key = Bytes.utf8("read");
    Transaction transaction =
        new Transaction(version, Isolation.STRICT, List.of(key), List.of(), List.of(key));
    Bytes command = KvCommand.put(key, key).encode();
    Proposal proposal = new Proposal(0, 0, 0, command, transaction);
    return assertInstanceOf(Outcome.Aborted.class, get(at(cluster, node).propose(GROUP, proposal)))
        .conflict();
  }

  /** What the node itself has, whatever that is. */
  private static Optional<String> local(TestCluster cluster, NodeId node, String key) {
    Bytes query = new KvQuery.Get(Bytes.utf8(key), 0).encode();
    ReadOutcome outcome = get(at(cluster, node).read(GROUP, query, ReadLevel.LOCAL));
    KvResult result =
        KvResult.decode(assertInstanceOf(ReadOutcome.Answered.class, outcome).result());
    return Optional.ofNullable(assertInstanceOf(KvResult.GetDone.class, result).entry())
        .map(entry -> entry.value().utf8());
  }

  /** A replica that is just opened answers later. */
  private static boolean has(TestCluster cluster, NodeId node, String key) {
    Bytes query = new KvQuery.Get(Bytes.utf8(key), 0).encode();
    return get(at(cluster, node).read(GROUP, query, ReadLevel.LOCAL))
            instanceof ReadOutcome.Answered
        && local(cluster, node, key).isPresent();
  }

  private static GroupStatus status(TestCluster cluster, NodeId node) {
    return get(at(cluster, node).group(GROUP)).orElseThrow();
  }

  private static long history(TestCluster cluster, NodeId node) {
    return status(cluster, node).gtid().historyId();
  }

  private static ControlException refused(CompletionStage<?> stage) {
    CompletionException thrown = assertThrows(CompletionException.class, () -> get(stage));
    return assertInstanceOf(ControlException.class, thrown.getCause());
  }

  private TestCluster serving(String strategy) {
    TestCluster cluster = TestCluster.start(folder, 3);
    get(
        at(cluster, N1)
            .createGroup(
                new GroupSpec(GROUP, strategy, "mapdb", "journal", "kv", List.of(), Map.of())));
    for (int i = 0; i < 20; i++) {
      put(cluster, N1, "common" + i, "c" + i);
    }
    return cluster;
  }

  /** Begins with what the client has seen, which is of whatever history it met last. */
  private static void transact(KvClient kv, String key) {
    get(
        kv.transact(
                Isolation.SNAPSHOT,
                tx ->
                    tx.get(Bytes.utf8(key))
                        .map(
                            value -> {
                              tx.put(Bytes.utf8(key), Bytes.utf8("t"));
                              return value;
                            }))
            .toCompletionStage());
  }

  private static void awaitApplied(TestCluster cluster, NodeId node, String key) {
    TestCluster.await(node + " to have " + key, () -> has(cluster, node, key));
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  private static List<String> exportedKeys(List<JsonNode> lines) {
    List<String> keys = new ArrayList<>();
    for (JsonNode line : lines) {
      if (line.path("type").asText().equals("record")) {
        assertTrue(line.path("position").asLong() > 0, line.toString());
        line.path("operations")
            .forEach(op -> keys.add(op.path("operation").asText() + " " + op.path("key").asText()));
      } else if (line.path("type").asText().equals("change")) {
        keys.add(line.path("operation").asText() + " " + line.path("key").asText());
      }
    }
    return keys;
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void theSurvivorGoesOnAndWhoWasAheadExportsAndIsSeededAnew(String strategy) throws IOException {
    try (TestCluster cluster = serving(strategy)) {
      awaitApplied(cluster, N1, "common19");
      final long parent = history(cluster, N1);
      KvClient transacting = new KvClient(cluster.client().group(GROUP.name()));
      transact(transacting, "common0");
      transact(transacting, "common0");
      cluster.stopNode(N1);
      for (int i = 0; i < 5; i++) {
        put(cluster, N2, "lost" + i, "l" + i);
      }
      awaitApplied(cluster, N2, "lost4");
      awaitApplied(cluster, N3, "lost4");
      cluster.stopNode(N3);
      cluster.startNode(N1);

      // Who is further ahead is there: the plan says so and nothing is done without force.
      TestCluster.await("the group to have found a quorum again", () -> has(cluster, N1, "lost4"));
      BootstrapPlan serving = get(at(cluster, N1).planBootstrap(GROUP, N1));
      assertTrue(
          serving.objections().stream().anyMatch(o -> o.contains("has a quorum")),
          serving.toString());
      assertEquals(
          ControlException.Code.INVALID,
          refused(at(cluster, N1).bootstrap(GROUP, N1, false)).code());
      assertEquals(parent, history(cluster, N1));

      // n1 loses what the others had after it went; only they, who are gone, had it.
      for (int i = 5; i < 8; i++) {
        put(cluster, N2, "kept" + i, "k" + i);
      }
      awaitApplied(cluster, N1, "kept7");
      cluster.stopNode(N1);
      cluster.startNode(N3);
      for (int i = 0; i < 3; i++) {
        put(cluster, N2, "beyond" + i, "b" + i);
      }
      awaitApplied(cluster, N2, "beyond2");
      awaitApplied(cluster, N3, "beyond2");
      final long beyond = status(cluster, N2).gtid().version();
      cluster.stopNode(N2);
      cluster.stopNode(N3);
      cluster.startNode(N1);
      TestCluster.await("the replica", () -> status(cluster, N1).state().name().equals("RUNNING"));
      BootstrapPlan plan = get(at(cluster, N1).planBootstrap(GROUP, N1));
      assertEquals(List.of(), plan.objections());
      assertEquals(
          2, plan.members().stream().filter(member -> !member.reached()).count(), plan.toString());
      get(at(cluster, N1).bootstrap(GROUP, N1, false));
      put(cluster, N1, "new", "n");
      final long child = history(cluster, N1);
      assertNotEquals(parent, child);
      // A client that has seen the old history, and only transacts, goes on in the new one.
      transact(transacting, "common0");
      assertEquals(Conflict.Reason.HORIZON, lost(cluster, N1, beyond).reason());
      assertEquals(Optional.of("k7"), local(cluster, N1, "kept7"));
      assertEquals(Optional.empty(), local(cluster, N1, "beyond0"));
      assertEquals(List.of(N1), status(cluster, N1).members().stream().map(m -> m.node()).toList());

      // The old ones would be a quorum of their history; they are refused, with both histories
      // named.
      cluster.startNode(N2);
      TestCluster.await(
          "n2 to be refused", () -> status(cluster, N2).state() == GroupStatus.State.FORKED);
      String why = status(cluster, N2).why();
      assertTrue(why.contains(Long.toHexString(parent)), why);
      assertTrue(why.contains(Long.toHexString(child)), why);
      assertTrue(why.contains("position"), why);
      Outcome.Rejected rejected =
          assertInstanceOf(Outcome.Rejected.class, tryPut(cluster, N2, "any", "a"));
      assertEquals(Rejection.FORKED, rejected.code());
      // A client does not stay where it is told so.
      ClientOptions forkedFirst =
          ClientOptions.of(cluster.address(N2).client(), cluster.address(N1).client());
      KvClient late = new KvClient(cluster.client(forkedFirst).group(GROUP.name()));
      get(late.put(Bytes.utf8("late"), Bytes.utf8("l")).toCompletionStage());
      cluster.stopNode(N1);
      cluster.startNode(N3);
      cluster.stopNode(N2);
      cluster.startNode(N2);
      TestCluster.await(
          "n2 to stay refused", () -> status(cluster, N2).state() == GroupStatus.State.FORKED);
      cluster.startNode(N1);
      TestCluster.await(
          "n3 to be refused", () -> status(cluster, N3).state() == GroupStatus.State.FORKED);

      // What it had beyond is exported before it is given up.
      TestCluster.await(
          "the group", () -> tryPut(cluster, N1, "more", "m") instanceof Outcome.Committed);
      ReseedReport report = get(at(cluster, N1).reseed(GROUP, N2));
      assertEquals(Long.toHexString(parent), report.history());
      assertEquals(Long.toHexString(child), report.next());
      List<JsonNode> lines = lines(Path.of(report.file()));
      assertEquals(List.of("put beyond0", "put beyond1", "put beyond2"), exportedKeys(lines));
      assertEquals(report.forkPosition(), lines.get(0).path("forkPosition").asLong());
      awaitApplied(cluster, N2, "more");
      assertEquals(Optional.empty(), local(cluster, N2, "beyond0"));
      assertEquals(child, history(cluster, N2));
      TestCluster.await(
          "n2 to be a voter",
          () -> {
            try {
              get(at(cluster, N1).changeRole(GROUP, N2, Role.VOTER));
            } catch (CompletionException e) {
              return false;
            }
            return true;
          });
      get(at(cluster, N3).reseed(GROUP, N3));
      awaitApplied(cluster, N3, "more");
      put(cluster, N1, "last", "z");
      awaitApplied(cluster, N2, "last");
      awaitApplied(cluster, N3, "last");
      TestCluster.await(
          "equal states",
          () ->
              status(cluster, N1).stateHash().equals(status(cluster, N2).stateHash())
                  && status(cluster, N1).stateHash().equals(status(cluster, N3).stateHash()));
      assertEquals(List.of(), cluster.broken);
    }
  }

  /** The process ends when the state is forked and the manifest does not say so yet. */
  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void aCrashBehindTheForkIsPutRightByTheNextStart(String strategy) {
    try (TestCluster cluster = serving(strategy)) {
      awaitApplied(cluster, N1, "common19");
      final long parent = history(cluster, N1);
      cluster.stopNode(N2);
      cluster.stopNode(N3);
      GroupHost host = cluster.node(N1).groups().find(GROUP);
      get(
          host.operate(
              "is forked",
              (config, parts, storeId) -> {
                try (Remains remains =
                    Remains.read(
                        config,
                        cluster.services(N1)::strategy,
                        parts.log(),
                        parts.storage(),
                        parts.stateMachine().create(config.options()),
                        kept -> {})) {
                  Member founder = new Member(N1, storeId, Role.VOTER);
                  remains.fork(parent + 1, founder, host.manifest().membership());
                }
              }));
      put(cluster, N1, "new", "n");
      assertEquals(parent + 1, history(cluster, N1));
      cluster.stopNode(N1);
      cluster.startNode(N1);
      put(cluster, N1, "newer", "n");
      assertEquals(parent + 1, history(cluster, N1));
      assertEquals(Optional.of("c19"), local(cluster, N1, "common19"));
      assertEquals(1, cluster.node(N1).groups().find(GROUP).manifest().config().lineage().size());
    }
  }

  /** Two nodes that were bootstrapped apart never exchange a record, whoever speaks first. */
  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void twoBootstrapsStayApartAndSaySo(String strategy) {
    try (TestCluster cluster = serving(strategy)) {
      awaitApplied(cluster, N2, "common19");
      cluster.stopNode(N2);
      cluster.stopNode(N3);
      get(at(cluster, N1).bootstrap(GROUP, N1, true));
      put(cluster, N1, "one", "1");
      cluster.stopNode(N1);
      cluster.startNode(N2);
      TestCluster.await("the replica", () -> status(cluster, N2).state().name().equals("RUNNING"));
      get(at(cluster, N2).bootstrap(GROUP, N2, true));
      put(cluster, N2, "two", "2");
      cluster.startNode(N1);
      put(cluster, N1, "one", "11");
      put(cluster, N2, "two", "22");
      assertFalse(local(cluster, N1, "two").isPresent());
      assertFalse(local(cluster, N2, "one").isPresent());
      GroupManifest mine = cluster.node(N1).groups().find(GROUP).manifest();
      GroupManifest theirs = cluster.node(N2).groups().find(GROUP).manifest();
      String refusal = cluster.node(N1).groups().install(theirs);
      assertTrue(refusal.contains("both left history"), refusal);
      assertTrue(refusal.contains(Long.toHexString(mine.config().historyId())), refusal);
      assertTrue(refusal.contains(Long.toHexString(theirs.config().historyId())), refusal);
      assertEquals(List.of(), cluster.broken);
    }
  }
}
