package org.quorate.simulator;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quorate.simulator.SimulationResult.Mark;

/** What became of a run of many seeds. Not thread-safe. */
public final class SimulationReport {
  private final String strategy;
  private final Map<Mark, Integer> marks = new EnumMap<>(Mark.class);
  private final List<SimulationResult> failures = new ArrayList<>();
  private long seeds;
  private long operations;
  private long indeterminate;
  private long steps;
  private long tookNs;

  SimulationReport(String strategy) {
    this.strategy = strategy;
  }

  void add(SimulationResult result) {
    seeds++;
    operations += result.operations();
    indeterminate += result.indeterminate();
    steps += result.step();
    result.marks().forEach(m -> marks.merge(m, 1, Integer::sum));
    if (!result.passed()) {
      failures.add(result);
    }
  }

  void took(long ns) {
    tookNs = ns;
  }

  public String strategy() {
    return strategy;
  }

  public long seeds() {
    return seeds;
  }

  /** The seeds that failed, in the order they ended. */
  public List<SimulationResult> failures() {
    return List.copyOf(failures);
  }

  /** Share of the seeds that had something, from 0 to 1. */
  public double share(Mark mark) {
    return seeds == 0 ? 0 : marks.getOrDefault(mark, 0) / (double) seeds;
  }

  public double operationsPerSeed() {
    return seeds == 0 ? 0 : operations / (double) seeds;
  }

  /** Share of the operations whose fate the client never learned, from 0 to 1. */
  public double indeterminateShare() {
    return operations == 0 ? 0 : indeterminate / (double) operations;
  }

  public double seedsPerMinute() {
    return tookNs == 0 ? 0 : seeds * 60e9 / tookNs;
  }

  /** Several lines for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%s: %d seeds, %d failed; %.0f operations and %.0f steps a seed, "
                + "%.1f %% of operations indeterminate; %.0f seeds a minute%n",
            strategy,
            seeds,
            failures.size(),
            operationsPerSeed(),
            seeds == 0 ? 0 : steps / (double) seeds,
            100 * indeterminateShare(),
            seedsPerMinute()));
    text.append("share of seeds with:");
    for (Mark mark : Mark.values()) {
      text.append(
          String.format(
              Locale.ROOT,
              " %s %.1f %%",
              mark.name().toLowerCase(Locale.ROOT).replace('_', ' '),
              100 * share(mark)));
      text.append(mark.ordinal() == Mark.values().length - 1 ? "" : ",");
    }
    return text.append(System.lineSeparator()).toString();
  }
}
