package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.quorate.api.Conflict;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.runtime.api.Metric;
import org.quorate.runtime.api.NodeMetrics;

/** What a replica was asked and what became of it. On the group's loop. */
final class GroupFigures {
  private static final String[] OUTCOMES = {
    "committed", "aborted", "not_leader", "overloaded", "indeterminate", "rejected"
  };
  private static final String[] LEVELS = {"linearizable", "causal", "local"};
  private static final long[] BOUNDS_MICROS = {
    100,
    200,
    500,
    1000,
    2000,
    5000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000
  };
  private static final List<Double> BOUNDS_SECONDS = boundsSeconds();

  private final long[] proposals = new long[OUTCOMES.length];
  private final long[] answered = new long[LEVELS.length];
  private final long[] unanswered = new long[LEVELS.length];
  private final long[] buckets = new long[BOUNDS_MICROS.length + 1];
  private final Map<Conflict.Reason, Long> aborts = new EnumMap<>(Conflict.Reason.class);
  private long commitNanos;

  private static List<Double> boundsSeconds() {
    List<Double> bounds = new ArrayList<>();
    for (long micros : BOUNDS_MICROS) {
      bounds.add(micros / 1e6);
    }
    bounds.add(Double.POSITIVE_INFINITY);
    return bounds;
  }

  /** Counts the outcome of a proposal that arrived at this time of {@link System#nanoTime}. */
  Consumer<Outcome> proposal(long arrivedNanos, Consumer<Outcome> done) {
    return outcome -> {
      proposed(outcome, arrivedNanos);
      done.accept(outcome);
    };
  }

  private void proposed(Outcome outcome, long arrivedNanos) {
    proposals[kind(outcome)]++;
    if (outcome instanceof Outcome.Committed) {
      long nanos = System.nanoTime() - arrivedNanos;
      commitNanos += nanos;
      int bucket = 0;
      while (bucket < BOUNDS_MICROS.length && nanos > BOUNDS_MICROS[bucket] * 1000) {
        bucket++;
      }
      buckets[bucket]++;
    } else if (outcome instanceof Outcome.Aborted aborted) {
      aborts.merge(aborted.conflict().reason(), 1L, Long::sum);
    }
  }

  private static int kind(Outcome outcome) {
    if (outcome instanceof Outcome.Committed || outcome instanceof Outcome.Executed) {
      return 0;
    } else if (outcome instanceof Outcome.Aborted) {
      return 1;
    } else if (outcome instanceof Outcome.NotLeader) {
      return 2;
    } else if (outcome instanceof Outcome.Overloaded) {
      return 3;
    }
    return outcome instanceof Outcome.Indeterminate ? 4 : 5;
  }

  /** Counts what becomes of a read. */
  Consumer<ReadOutcome> read(ReadLevel level, Consumer<ReadOutcome> done) {
    int at = level instanceof ReadLevel.Linearizable ? 0 : level instanceof ReadLevel.Local ? 2 : 1;
    return outcome -> {
      (outcome instanceof ReadOutcome.Answered ? answered : unanswered)[at]++;
      done.accept(outcome);
    };
  }

  void add(String group, List<Metric.Sample> to) {
    for (int i = 0; i < OUTCOMES.length; i++) {
      to.add(NodeMetrics.PROPOSALS.sample(proposals[i], group, OUTCOMES[i]));
    }
    for (Conflict.Reason reason : Conflict.Reason.values()) {
      String name = reason.name().toLowerCase(Locale.ROOT);
      to.add(NodeMetrics.ABORTS.sample(aborts.getOrDefault(reason, 0L), group, name));
    }
    for (int i = 0; i < LEVELS.length; i++) {
      to.add(NodeMetrics.READS.sample(answered[i], group, LEVELS[i], "answered"));
      to.add(NodeMetrics.READS.sample(unanswered[i], group, LEVELS[i], "unanswered"));
    }
    List<Long> counts = new ArrayList<>();
    for (long count : buckets) {
      counts.add(count);
    }
    to.add(
        new Metric.Sample(
            NodeMetrics.PROPOSE_SECONDS,
            List.of(group),
            commitNanos / 1e9,
            new Metric.Buckets(BOUNDS_SECONDS, counts)));
  }
}
