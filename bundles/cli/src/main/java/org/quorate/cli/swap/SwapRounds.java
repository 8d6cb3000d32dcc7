package org.quorate.cli.swap;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.NodeApi;

/** Swaps a group to and fro under load and measures what its clients notice. */
public final class SwapRounds {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MS = 100;

  /** Between the end of one swap and the request for the next. */
  private static final long STEADY_MS = 1_200;

  private static final long SECOND_NS = 1_000_000_000L;

  private final NodeApi node;
  private final String group;
  private final CountingClients load;

  /**
   * Prepares it.
   *
   * @param node is asked to swap
   */
  public SwapRounds(NodeApi node, String group, CountingClients load) {
    this.node = node;
    this.group = group;
    this.load = load;
  }

  /**
   * One swap.
   *
   * @param pauseMs longest time without an acknowledgement from the request to the end of the link
   *     before
   * @param pausedAtMs when that time began, counted from the request
   * @param sealPauseMs time without a commit around the seal as the node asked saw it; -1 if it did not
   * @param switchedMs from the request to the answer that the target has taken over
   * @param usualMs longest such time in the second before
   * @param warmMs from the plan to a target that decides; -1 if the node asked did not see it
   * @param beforePerSecond acknowledged in the second before
   * @param afterPerSecond acknowledged in the second after the pause
   * @param retiredMs from the request to the end of the link before
   */
  public record Round(
      int number,
      String from,
      String to,
      double pauseMs,
      long pausedAtMs,
      long sealPauseMs,
      long switchedMs,
      double usualMs,
      long warmMs,
      long beforePerSecond,
      long afterPerSecond,
      long retiredMs,
      long failed) {
    /** What the second after lacks of the throughput of the second before; 0 if it has more. */
    double lostPercent() {
      double lost = beforePerSecond - afterPerSecond;
      return Math.max(0, Math.round(1000 * lost / Math.max(1, beforePerSecond)) / 10.0);
    }
  }

  /** The strategy that the group goes by. */
  public String strategy() throws InterruptedException {
    return node.call("group.show", Map.of("group", group), PATIENCE).path("strategy").asText();
  }

  /** Told what happens. */
  public interface Listener {
    /** The group was asked to go on with another strategy. */
    default void swapping(String from, String to) {}

    /** It goes on with it. */
    default void switched(String to) {}

    /** The link before is retired and a second has passed. */
    void ended(Round round);
  }

  /** Swaps so often, in turn to each strategy. */
  public List<Round> run(int swaps, List<String> strategies, Listener listener)
      throws InterruptedException {
    List<Round> rounds = new ArrayList<>();
    String now = strategy();
    for (int i = 0; i < swaps; i++) {
      String to = strategies.get((strategies.indexOf(now) + 1) % strategies.size());
      Round round = round(i + 1, now, to, listener);
      rounds.add(round);
      listener.ended(round);
      now = to;
    }
    return rounds;
  }

  private Round round(int number, String from, String to, Listener listener)
      throws InterruptedException {
    pause(STEADY_MS);
    long failedBefore = load.failed();
    listener.swapping(from, to);
    long askedNs = System.nanoTime();
    JsonNode swapped =
        node.call("group.swap", Map.of("group", group, "strategy", to, "wait", true), PATIENCE);
    final long switchedNs = System.nanoTime();
    listener.switched(to);
    awaitRetired();
    long retiredNs = System.nanoTime();
    AckLog.Gap gap = load.acks().longestGap(askedNs, retiredNs);
    long left = gap.endedNs() + SECOND_NS - System.nanoTime();
    pause(Math.max(0, left / 1_000_000 + 1));
    AckLog acks = load.acks();
    return new Round(
        number,
        from,
        to,
        rounded(gap.millis()),
        (gap.beganNs() - askedNs) / 1_000_000,
        swapped.path("pauseMs").asLong(-1),
        (switchedNs - askedNs) / 1_000_000,
        rounded(acks.longestGap(askedNs - SECOND_NS, askedNs).millis()),
        swapped.path("warmMs").asLong(-1),
        acks.count(askedNs - SECOND_NS, askedNs),
        acks.count(gap.endedNs(), gap.endedNs() + SECOND_NS),
        (retiredNs - askedNs) / 1_000_000,
        load.failed() - failedBefore);
  }

  private static double rounded(double millis) {
    return Math.round(millis * 10) / 10.0;
  }

  /** Until the link before is retired: then the next swap may be planned. */
  private void awaitRetired() throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      boolean all = true;
      for (JsonNode swap : node.call("group.swaps", Map.of("group", group), PATIENCE)) {
        String phase = swap.path("phase").asText();
        all &= phase.equals("done") || phase.equals("aborted");
      }
      if (all) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new CliException(
            ExitCode.FAILED, "the link before is not retired", "see 'quorate group swaps'");
      }
      pause(POLL_MS);
    }
  }

  private static void pause(long millis) throws InterruptedException {
    new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
  }
}
