package org.quorate.cli.bench.coord;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.swap.AckLog;
import org.quorate.cli.swap.Spread;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.swap.SwapPhase;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.spi.coordination.Coordinator;

/** Swaps a coordinator to and fro between two places while it is used, and measures what its users notice. */
public final class CoordSwaps {
  private static final long PATIENCE_NS = TimeUnit.MINUTES.toNanos(2);
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_MS = 5;

  /**
   * What to do.
   *
   * @param there the place to go to from where it is, and to come back from
   * @param lanes so many writers and so many readers
   * @param seconds between two swaps
   * @param warmup seconds before the first one
   */
  public record Plan(
      int swaps, String here, String there, int lanes, double seconds, double warmup) {}

  /** The longest time without an acknowledged write, a read, a lock that was handed over; milliseconds. */
  public record Pauses(double write, double read, double handOver) {}

  /**
   * One swap.
   *
   * @param pauses from when it was asked for until it was over
   * @param usual in the second before
   * @param switchedMs from when it was asked for until the target served
   * @param retiredMs until the provider before was empty
   */
  public record Round(
      int number,
      String from,
      String to,
      Pauses pauses,
      Pauses usual,
      long switchedMs,
      long retiredMs,
      long failed) {}

  /** A line of the report: what users noticed of swaps to a place; milliseconds. */
  public record Row(String to, String what, double p50, double p90, double max) {}

  /**
   * The whole report.
   *
   * @param writes a second, before the swaps; {@code reads} and {@code handOvers} likewise
   * @param failed requests that ended in an error
   * @param wrong reads that missed what was acknowledged, tokens of locks that did not rise, writes lost
   */
  public record Report(
      String java,
      int cores,
      int lanes,
      long writes,
      long reads,
      long handOvers,
      List<Row> rows,
      long failed,
      String firstFailure,
      long wrong,
      List<Round> rounds) {}

  private final Plan plan;
  private final SwapMember member;
  private final SwapLoad load;

  private CoordSwaps(Plan plan, SwapMember member, SwapLoad load) {
    this.plan = plan;
    this.member = member;
    this.load = load;
  }

  /**
   * Runs it; blocks.
   *
   * @param member is asked for the swaps
   * @param users share the load, at least two
   */
  public static Report run(
      Plan plan, SwapMember member, List<Coordinator> users, Consumer<Round> listener)
      throws InterruptedException {
    try (SwapLoad load = new SwapLoad(users, plan.lanes())) {
      return new CoordSwaps(plan, member, load).run(listener);
    }
  }

  private Report run(Consumer<Round> listener) throws InterruptedException {
    pause(plan.warmup() + plan.seconds());
    long begunNs = System.nanoTime();
    List<Round> rounds = new ArrayList<>();
    for (int i = 1; i <= plan.swaps(); i++) {
      boolean there = i % 2 == 1;
      String from = there ? plan.here() : plan.there();
      Round round = round(i, from, there ? plan.there() : plan.here());
      rounds.add(round);
      listener.accept(round);
      pause(plan.seconds());
    }
    load.stop();
    List<Row> rows = new ArrayList<>(rows(plan.there(), rounds));
    rows.addAll(rows(plan.here(), rounds));
    return new Report(
        Runtime.version().toString(),
        Runtime.getRuntime().availableProcessors(),
        plan.lanes(),
        rate(load.writes(), begunNs),
        rate(load.reads(), begunNs),
        rate(load.handOvers(), begunNs),
        rows,
        load.failures(),
        load.firstFailure(),
        load.wrong(),
        rounds);
  }

  private long rate(AckLog acks, long untilNs) {
    long fromNs = untilNs - (long) (plan.seconds() * SECOND_NS);
    return Math.round(acks.count(fromNs, untilNs) / plan.seconds());
  }

  private Round round(int number, String from, String to) throws InterruptedException {
    final long failedBefore = load.failures();
    final long askedNs = System.nanoTime();
    SwapRecord asked = SwapLoad.await(member.swap(to, true, "bench"));
    long switchedNs = 0;
    while (true) {
      SwapRecord last = SwapLoad.await(member.last());
      if (last.phase().isSwitched() && switchedNs == 0) {
        switchedNs = System.nanoTime();
      }
      if (last.phase() == SwapPhase.ABORTED || System.nanoTime() - askedNs > PATIENCE_NS) {
        throw new CliException(
            ExitCode.FAILED,
            "swap " + asked.number() + " to " + to + " is " + last.phase() + ": " + last.why(),
            "see whether the machine is busy, and run it again");
      }
      if (last.phase().isOver()) {
        break;
      }
      pause(LOOK_MS / 1e3);
    }
    long retiredNs = System.nanoTime();
    Pauses pauses = pauses(askedNs, answered(retiredNs));
    return new Round(
        number,
        from,
        to,
        pauses,
        pauses(askedNs - SECOND_NS, askedNs),
        TimeUnit.NANOSECONDS.toMillis(switchedNs - askedNs),
        TimeUnit.NANOSECONDS.toMillis(retiredNs - askedNs),
        load.failures() - failedBefore);
  }

  /** A time at which each kind of request has been answered again: a pause that goes on has no end yet. */
  private long answered(long sinceNs) throws InterruptedException {
    for (AckLog acks : List.of(load.writes(), load.reads(), load.handOvers())) {
      while (acks.count(sinceNs, System.nanoTime()) == 0) {
        if (System.nanoTime() - sinceNs > PATIENCE_NS) {
          throw new CliException(
              ExitCode.FAILED, "no answer since the swap", "see the nodes' logs in their folders");
        }
        pause(LOOK_MS / 1e3);
      }
    }
    return System.nanoTime();
  }

  private Pauses pauses(long fromNs, long toNs) {
    return new Pauses(
        longest(load.writes(), fromNs, toNs),
        longest(load.reads(), fromNs, toNs),
        longest(load.handOvers(), fromNs, toNs));
  }

  private static double longest(AckLog acks, long fromNs, long toNs) {
    return Math.round(acks.longestGap(fromNs, toNs).millis() * 10) / 10.0;
  }

  private static List<Row> rows(String to, List<Round> rounds) {
    List<Round> those = rounds.stream().filter(round -> round.to().equals(to)).toList();
    return those.isEmpty()
        ? List.of()
        : List.of(
            row(to, "without an acknowledged write", those, r -> r.pauses().write()),
            row(to, "without a read", those, r -> r.pauses().read()),
            row(to, "without a hand-over of the lock", those, r -> r.pauses().handOver()),
            row(to, "in the second before: a write", those, r -> r.usual().write()),
            row(to, "a read", those, r -> r.usual().read()),
            row(to, "a hand-over", those, r -> r.usual().handOver()),
            row(to, "until the target served", those, Round::switchedMs),
            row(to, "until all was over", those, Round::retiredMs));
  }

  private static Row row(
      String to, String what, List<Round> rounds, ToDoubleFunction<Round> value) {
    Spread spread = Spread.of(rounds, value);
    return new Row(to, what, spread.p50(), spread.p90(), spread.max());
  }

  private static void pause(double seconds) throws InterruptedException {
    new CountDownLatch(1).await((long) (seconds * 1e3), TimeUnit.MILLISECONDS);
  }
}
