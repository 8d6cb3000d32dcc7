package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Liveness (I14), in virtual time: with a quorum up and connected, commits go on within two detection
 * timeouts after any single failure, and a member that stands still costs the others nothing.
 */
class CommitsResumeTest {
  private static final long STEP_MS = 25;
  private static final int SEEDS = 25;

  /** Detection takes one to two suspect times; see {@code certify.suspect.ms}. */
  private static final long DETECTION_MS = 2 * 300;

  private enum Failure {
    KILL,
    CUT_OFF,
    DEAF,
    DISK_STANDS_STILL
  }

  private static TestCluster cluster(long seed, Rules rules, Map<String, String> options) {
    TestCluster cluster = new TestCluster(seed);
    cluster.chatty = false;
    cluster.rules = rules;
    cluster.options.putAll(options);
    for (String name : new String[] {"a", "b", "c"}) {
      cluster.add(name);
    }
    cluster.genesis("a", "b", "c");
    cluster.nodes.values().forEach(TestNode::start);
    cluster.elect();
    cluster.run(500);
    return cluster;
  }

  private static void strike(TestCluster cluster, TestNode node, Failure failure) {
    switch (failure) {
      case KILL -> node.crash(0);
      case DISK_STANDS_STILL -> node.autoDisk = false;
      default -> {
        for (TestNode other : cluster.nodes.values()) {
          if (other != node) {
            cluster.network.cut(other.id, node.id);
            if (failure == Failure.CUT_OFF) {
              cluster.network.cut(node.id, other.id);
            }
          }
        }
      }
    }
  }

  /** The longest time without a commit of what is proposed at those that are well. */
  private static long longestGap(TestCluster cluster, TestNode struck, long ms) {
    long gap = 0;
    long longest = 0;
    for (long at = 0; at < ms; at += STEP_MS) {
      int before = cluster.decided.size();
      for (TestNode node : cluster.nodes.values()) {
        if (node != struck) {
          cluster.propose(node, node.id + " " + at);
        }
      }
      cluster.run(STEP_MS);
      gap = cluster.decided.size() > before ? 0 : gap + STEP_MS;
      longest = Math.max(longest, gap);
    }
    return longest;
  }

  private static TestNode victim(TestCluster cluster, boolean sequencer) {
    return sequencer
        ? cluster.leader()
        : cluster.nodes.values().stream().filter(n -> n != cluster.leader()).findFirst().get();
  }

  private static String firstStall(Rules rules, Map<String, String> options, Failure failure) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      for (boolean sequencer : new boolean[] {true, false}) {
        TestCluster cluster = cluster(seed, rules, options);
        TestNode struck = victim(cluster, sequencer);
        strike(cluster, struck, failure);
        long gap = longestGap(cluster, struck, 4_000);
        if (gap > 2 * DETECTION_MS || !sequencer && gap > 0) {
          return "seed " + seed + ": " + failure + (sequencer ? " of the sequencer: " : ": ") + gap;
        }
      }
    }
    return null;
  }

  /** A member that does not sequence is not even noticed. */
  @ParameterizedTest
  @EnumSource(Failure.class)
  void commitsResumeWithinTwoDetectionTimes(Failure failure) {
    assertNull(firstStall(Rules.SOUND, Map.of(), failure));
  }

  @Test
  void whoNoticesTooLateIsCaught() {
    Map<String, String> late = Map.of("certify.suspect.ms", "3000");
    assertNotNull(firstStall(Rules.SOUND, late, Failure.KILL));
  }

  // ---- a slow minority ---------------------------------------------------------------------

  private static final Map<String, String> BUDGET = Map.of("certify.lag.slots", "640");

  /** So many a turn at each of the others: within the credit of a whole budget, shared by three. */
  private static final int EACH = 100;

  /** Commits in so much time while a disk stands still, when it has stood still for long. */
  private static int commits(TestCluster cluster, TestNode slow, String name) {
    int before = 0;
    for (long at = 0; at < 4_000; at += STEP_MS) {
      if (at == 2_000) {
        before = cluster.decided.size();
      }
      for (TestNode node : cluster.nodes.values()) {
        if (node != slow) {
          String each = name + node.id + " " + at + " ";
          cluster.propose(
              node, IntStream.range(0, EACH).mapToObj(i -> each + i).toArray(String[]::new));
        }
      }
      cluster.run(STEP_MS);
    }
    return cluster.decided.size() - before;
  }

  private static int offered() {
    return (int) (2 * EACH * 2_000 / STEP_MS);
  }

  private static int underStall(TestCluster cluster, TestNode slow) {
    slow.autoDisk = false;
    return commits(cluster, slow, "stalled ");
  }

  @Test
  void aDiskThatStandsStillIsSetAsideAndTakenBack() {
    for (long seed = 1; seed <= 5; seed++) {
      TestCluster cluster = cluster(seed, Rules.SOUND, BUDGET);
      TestNode slow = victim(cluster, false);
      assertEquals(offered(), underStall(cluster, slow), "seed " + seed);
      String details = cluster.leader().loglet.status().details().get("peer." + slow.id);
      assertTrue(details.contains("lagging"), details);
      slow.autoDisk = true;
      cluster.run(3_000);
      details = cluster.leader().loglet.status().details().get("peer." + slow.id);
      assertTrue(!details.contains("lagging"), details);
      assertNull(slow.loglet.status().unfit());
      assertEquals(cluster.decided.size(), slow.state.size(), "seed " + seed);
      assertEquals(offered(), commits(cluster, null, "healed ") * 2 / 3, "seed " + seed);
    }
  }

  @Test
  void whoWaitsForTheSlowestForEverIsCaught() {
    TestCluster cluster = cluster(1, new Mutants.NeverSetsAside(), BUDGET);
    assertTrue(underStall(cluster, victim(cluster, false)) < offered() / 2);
  }
}
