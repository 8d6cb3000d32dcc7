package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.runtime.node.ClusterTest.get;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Transaction;
import org.quorate.api.kv.KvCommand;
import org.quorate.client.GroupClient;
import org.quorate.client.QuorateClient;
import org.quorate.runtime.api.GroupSpec;

/** One client asks the same of a group of raft and of one of certify: the answers are the same. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SameAnswersTest {
  private static final int REQUESTS = 300;
  private static final NodeId N1 = NodeId.of("n1");

  @TempDir Path folder;

  private final Set<Conflict.Reason> reasons = EnumSet.noneOf(Conflict.Reason.class);

  private static Bytes key(SplittableRandom random) {
    return Bytes.utf8("k" + random.nextInt(6));
  }

  private static List<Bytes> keys(SplittableRandom random) {
    List<Bytes> keys = new ArrayList<>();
    for (int i = random.nextInt(3); i > 0; i--) {
      keys.add(key(random));
    }
    return keys;
  }

  private static KvCommand command(SplittableRandom random) {
    Bytes key = key(random);
    return switch (random.nextInt(5)) {
      case 0 -> KvCommand.put(key, Bytes.utf8("7"));
      case 1 -> KvCommand.delete(key);
      case 2 -> new KvCommand.Add(key, random.nextInt(-3, 9), 0);
      case 3 -> new KvCommand.CompareAndSet(key, Bytes.utf8("7"), Bytes.utf8("8"));
      default -> new KvCommand.Append(key, Bytes.utf8("1"));
    };
  }

  /** Half of them with a transaction, whose snapshot is up to five commits old. */
  private static Transaction transaction(SplittableRandom random, long version) {
    if (random.nextBoolean()) {
      return null;
    }
    boolean range = random.nextInt(4) == 0;
    return new Transaction(
        Math.max(0, version - random.nextInt(6)),
        Isolation.values()[random.nextInt(3)],
        keys(random),
        range ? List.of(new KeyRange(Bytes.utf8("k2"), Bytes.utf8("k4"))) : List.of(),
        keys(random),
        random.nextInt(3),
        0);
  }

  /** What is a function of the commands alone: history, position and node belong to the group. */
  private String said(Outcome outcome) {
    if (outcome instanceof Outcome.Committed done) {
      return done.gtid().version() + " " + done.result();
    } else if (outcome instanceof Outcome.Aborted aborted) {
      Conflict c = aborted.conflict();
      reasons.add(c.reason());
      return c.reason() + " " + c.key() + " " + c.winner().version() + " " + c.node();
    }
    return outcome.toString();
  }

  private List<String> answers(GroupClient group) {
    SplittableRandom random = new SplittableRandom(11);
    List<String> answers = new ArrayList<>();
    long version = 0;
    for (int i = 0; i < REQUESTS; i++) {
      Outcome outcome =
          get(group.propose(command(random).encode(), transaction(random, version), 20_000));
      answers.add(said(outcome));
      version = outcome instanceof Outcome.Committed done ? done.gtid().version() : version;
    }
    return answers;
  }

  @Test
  void raftAndCertifyAnswerAlike() {
    try (TestCluster cluster = TestCluster.start(folder, 1)) {
      QuorateClient client = cluster.client();
      List<List<String>> answers = new ArrayList<>();
      List<String> states = new ArrayList<>();
      for (String strategy : List.of("raft", "certify")) {
        GroupId group = GroupId.of("on-" + strategy);
        cluster
            .node(N1)
            .control()
            .createGroup(
                new GroupSpec(group, strategy, "mapdb", "journal", "kv", List.of(), Map.of()))
            .toCompletableFuture()
            .orTimeout(20, TimeUnit.SECONDS)
            .join();
        answers.add(answers(client.group(group.name())));
        GroupStatus status =
            cluster.node(N1).groups().find(group).status().toCompletableFuture().join();
        assertEquals(strategy, status.strategy());
        states.add(status.gtid().version() + " " + status.stateHash());
      }
      for (int i = 0; i < REQUESTS; i++) {
        assertEquals(answers.get(0).get(i), answers.get(1).get(i), "request " + i);
      }
      assertEquals(states.get(0), states.get(1));
      assertTrue(
          reasons.containsAll(
              Set.of(
                  Conflict.Reason.WRITE_WRITE,
                  Conflict.Reason.READ_WRITE,
                  Conflict.Reason.ISOLATED)),
          "too few ways to lose: " + reasons);
    }
  }
}
