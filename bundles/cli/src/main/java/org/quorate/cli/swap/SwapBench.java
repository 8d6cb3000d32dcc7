package org.quorate.cli.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.swap.SwapRounds.Round;

/** Measures what clients notice of swaps under a share of the peak load. */
public final class SwapBench {
  /**
   * What to do.
   *
   * @param addresses client addresses of the nodes
   * @param loadPercent of the peak rate
   * @param seconds for which the peak is measured, after the warm-up
   */
  public record Plan(
      List<String> addresses,
      String group,
      int swaps,
      List<String> strategies,
      int clients,
      int loadPercent,
      double seconds,
      double warmupSeconds) {}

  /**
   * The whole report.
   *
   * @param peakPerSecond of so many clients with one addition each under way
   * @param pauseMs the longest time without an acknowledgement of each swap
   * @param usualMs the same in the second before each
   * @param throughputPercent acknowledged in the seconds after the pauses, of the seconds before
   * @param lostPercent of the throughput in the second before each swap, in the second after it
   * @param steady swaps that lost no more than 5 % of it
   * @param failed additions that ended in an error
   * @param wrong additions lost or executed twice
   */
  public record Report(
      String java,
      int cores,
      int clients,
      long peakPerSecond,
      long ratePerSecond,
      int swaps,
      Spread pauseMs,
      Spread usualMs,
      Spread warmMs,
      double throughputPercent,
      Spread lostPercent,
      int steady,
      long failed,
      String firstFailure,
      long wrong,
      List<Round> rounds) {}

  private static final double STEADY_PERCENT = 5;

  private SwapBench() {}

  /** Runs it; blocks. */
  public static Report run(
      Plan plan, NodeApi node, Consumer<String> say, SwapRounds.Listener listener)
      throws InterruptedException {
    try (CountingClients load =
        new CountingClients(plan.addresses(), plan.group(), plan.clients())) {
      SwapRounds rounds = new SwapRounds(node, plan.group(), load);
      if (!plan.strategies().contains(rounds.strategy())) {
        throw new CliException(
            ExitCode.USAGE,
            "group " + plan.group() + " goes by " + rounds.strategy(),
            "name it among the strategies to swap between");
      }
      say.accept("measuring the peak of " + plan.clients() + " clients");
      long peak = load.peak(plan.warmupSeconds(), plan.seconds());
      long rate = Math.max(1, peak * plan.loadPercent() / 100);
      say.accept("peak " + peak + " a second; swapping under " + rate + " a second");
      load.start(rate);
      List<Round> measured = rounds.run(plan.swaps(), plan.strategies(), listener);
      load.stop();
      return report(plan, load, measured, peak, rate);
    }
  }

  private static Report report(
      Plan plan, CountingClients load, List<Round> rounds, long peak, long rate)
      throws InterruptedException {
    List<Round> warmed = new ArrayList<>(rounds);
    warmed.removeIf(round -> round.warmMs() < 0);
    double before = rounds.stream().mapToLong(Round::beforePerSecond).sum();
    double after = rounds.stream().mapToLong(Round::afterPerSecond).sum();
    return new Report(
        Runtime.version().toString(),
        Runtime.getRuntime().availableProcessors(),
        plan.clients(),
        peak,
        rate,
        rounds.size(),
        Spread.of(rounds, Round::pauseMs),
        Spread.of(rounds, Round::usualMs),
        warmed.isEmpty() ? null : Spread.of(warmed, Round::warmMs),
        Math.round(1000 * after / Math.max(1, before)) / 10.0,
        Spread.of(rounds, Round::lostPercent),
        (int) rounds.stream().filter(r -> r.lostPercent() <= STEADY_PERCENT).count(),
        load.failed(),
        load.firstFailure(),
        load.wrong() + load.difference(),
        rounds);
  }
}
