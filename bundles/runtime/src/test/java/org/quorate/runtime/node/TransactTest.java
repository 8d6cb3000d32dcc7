package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.runtime.node.ClusterTest.get;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.GroupId;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.ReadLevel;
import org.quorate.api.Transaction;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.client.KvClient;
import org.quorate.core.replica.Replica;
import org.quorate.runtime.api.GroupSpec;

/** Interactive transactions of many clients on few keys. */
class TransactTest {
  private static final int CLIENTS = 24;
  private static final int EACH = 8;
  private static final Bytes FROM = Bytes.utf8("from");
  private static final Bytes TO = Bytes.utf8("to");

  @TempDir Path folder;

  private static Future<Long> number(Future<Bytes> value) {
    return value.map(v -> v == null ? 0L : Long.parseLong(v.utf8()));
  }

  private static Future<Long> transfer(KvClient kv, Isolation level) {
    return kv.transact(
        level,
        tx ->
            number(tx.get(FROM))
                .compose(
                    from -> {
                      tx.put(FROM, Bytes.utf8(Long.toString(from - 1)));
                      return number(tx.get(TO))
                          .map(
                              to -> {
                                tx.put(TO, Bytes.utf8(Long.toString(to + 1)));
                                return to + 1;
                              });
                    }));
  }

  private static Future<Void> transfers(KvClient kv, Isolation level, int left) {
    return left == 0
        ? Future.succeededFuture()
        : transfer(kv, level).compose(done -> audited(kv, level, left - 1));
  }

  /** Reads both at once: they are of one snapshot. */
  private static Future<Void> audited(KvClient kv, Isolation level, int left) {
    return kv.transact(
            level,
            tx -> {
              Future<Long> from = number(tx.get(FROM));
              Future<Long> to = number(tx.get(TO));
              return Future.all(from, to).map(both -> from.result() + to.result());
            })
        .compose(
            sum -> {
              assertEquals(0L, (long) sum, "the sum of both");
              return transfers(kv, level, left);
            });
  }

  /** A client of a group on that strategy. */
  private static KvClient client(TestCluster cluster, String strategy) {
    GroupId group = GroupId.of(strategy);
    GroupSpec spec = new GroupSpec(group, strategy, "mapdb", "journal", "kv", List.of(), Map.of());
    cluster
        .node(NodeId.of("n1"))
        .control()
        .createGroup(spec)
        .toCompletableFuture()
        .orTimeout(20, TimeUnit.SECONDS)
        .join();
    return new KvClient(cluster.client().group(group.name()));
  }

  /**
   * Nobody starves: who loses has its keys reserved, waits for its turn, and wins then. No abort
   * leaves the client: it would fail what is waited for here.
   */
  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void everyTransactionOnTwoHotKeysCommits(String strategy) {
    try (TestCluster cluster = TestCluster.serving(folder, 3)) {
      KvClient kv = client(cluster, strategy);
      List<Future<Void>> all = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        all.add(transfers(kv, Isolation.values()[i % 3], EACH));
      }
      get(Future.all(all));
      assertEquals((long) CLIENTS * EACH, (long) get(kv.transact(tx -> number(tx.get(TO)))));
      assertEquals(-(long) CLIENTS * EACH, (long) get(kv.transact(tx -> number(tx.get(FROM)))));
      assertTrue(kv.transactions().reservations() > 0, "no key was ever reserved");
      long lost = 0;
      for (Conflict.Reason reason : Conflict.Reason.values()) {
        lost += kv.transactions().aborts(reason);
      }
      assertTrue(lost > 0, "no transaction was in conflict");
      assertEquals(
          2 * CLIENTS * EACH + 2,
          kv.transactions().tries() - lost - kv.transactions().doomedEarly());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void whoReservedAKeyAndWritesNothingInTheEndGivesItBack(String strategy) {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      KvClient kv = client(cluster, strategy);
      int[] runs = new int[1];
      get(
          kv.transact(
              tx ->
                  tx.get(FROM)
                      .compose(
                          value -> {
                            if (++runs[0] > 1) {
                              return Future.succeededFuture();
                            }
                            tx.put(FROM, Bytes.utf8("mine"));
                            return kv.put(FROM, Bytes.utf8("theirs"));
                          })));
      assertEquals(2, runs[0]);
      assertEquals(1, kv.transactions().reservations());
      get(
          kv.transact(
              tx -> {
                tx.put(FROM, Bytes.utf8("next"));
                return Future.succeededFuture();
              }));
      assertEquals(0, kv.transactions().aborts(Conflict.Reason.INTENT));
    }
  }

  private static <T> T onReplica(TestCluster cluster, GroupId group, Function<Replica, T> what) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    cluster
        .node(NodeId.of("n1"))
        .groups()
        .find(group)
        .onReplica(
            parked -> answer.completeExceptionally(new IllegalStateException(parked.toString())),
            replica -> answer.complete(what.apply(replica)));
    return answer.orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** Ordered time stands still here, so it is the lost connection that ends the turn. */
  @Test
  void aTurnEndsWithTheConnectionOfItsClient() {
    try (TestCluster cluster = TestCluster.proxied(folder, 1)) {
      GroupId slow = GroupId.of("slow");
      cluster
          .node(NodeId.of("n1"))
          .control()
          .createGroup(
              new GroupSpec(
                  slow,
                  "certify",
                  "mapdb",
                  "journal",
                  "kv",
                  List.of(),
                  Map.of("time.step.ms", "10000")))
          .toCompletableFuture()
          .orTimeout(20, TimeUnit.SECONDS)
          .join();
      KvClient kv = new KvClient(cluster.client().group("slow"));
      get(kv.put(FROM, TO));
      long session = get(kv.group().session());
      Transaction late =
          new Transaction(0, Isolation.STRICT, List.of(FROM), List.of(), List.of(FROM), 7, 100);
      Outcome lost = get(kv.group().propose(KvCommand.put(FROM, TO).encode(), late, 20_000));
      Gtid winner = assertInstanceOf(Outcome.Aborted.class, lost).conflict().winner();
      get(kv.group().read(KvQuery.get(FROM).encode(), new ReadLevel.Turn(winner, session, 7)));
      assertEquals(1, (int) onReplica(cluster, slow, r -> r.log().intents().size()));
      cluster.cut();
      TestCluster.await(
          "the turn to end", () -> onReplica(cluster, slow, r -> r.log().intents().size()) == 0);
      assertTrue(
          onReplica(cluster, slow, r -> r.log().sessions().timeMs()) <= 10_000,
          "ordered time has ended it");
    }
  }

  private static Outcome outcome(KvClient kv, long snapshot, List<Bytes> keys) {
    Bytes command = KvCommand.put(FROM, TO).encode();
    Transaction transaction =
        new Transaction(snapshot, Isolation.SNAPSHOT, List.of(), List.of(), keys);
    return get(kv.group().propose(command, transaction, 20_000));
  }

  @Test
  void whatIsTooLargeOrOfAnotherHistoryIsRefusedByName() {
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      KvClient kv = new KvClient(cluster.client().group("main"));
      List<Bytes> many = Collections.nCopies(Transaction.MAX_KEYS + 1, FROM);
      assertEquals(
          Rejection.TOO_LARGE, assertInstanceOf(Rejected.class, outcome(kv, 0, many)).code());
      assertEquals(
          Rejection.FUTURE_SNAPSHOT,
          assertInstanceOf(Rejected.class, outcome(kv, 4711, List.of(FROM))).code());
      assertInstanceOf(Outcome.Committed.class, outcome(kv, 0, List.of(FROM)));
      assertInstanceOf(Outcome.Aborted.class, outcome(kv, 0, List.of(FROM)));
    }
  }
}
