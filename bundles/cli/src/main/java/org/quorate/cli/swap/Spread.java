package org.quorate.cli.swap;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** A distribution over rounds. */
public record Spread(double p50, double p90, double p99, double max) {
  /** Of a value of each round. */
  public static <R> Spread of(List<R> rounds, ToDoubleFunction<R> value) {
    double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
    return new Spread(at(sorted, 50), at(sorted, 90), at(sorted, 99), at(sorted, 100));
  }

  /** The smallest value that so many percent do not exceed. */
  private static double at(double[] sorted, int percent) {
    int rank = (sorted.length * percent + 99) / 100;
    return sorted.length == 0 ? 0 : sorted[Math.max(0, rank - 1)];
  }
}
