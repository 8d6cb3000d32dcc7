package org.quorate.runtime.api;

import java.util.List;

/**
 * A number that a node tells of itself.
 *
 * @param name as at the Prometheus endpoint; a counter ends in {@code _total}, units are seconds and
 *     bytes
 * @param labels names of its labels, in order
 */
public record Metric(String name, Type type, List<String> labels, String description) {
  /** How its values move. */
  public enum Type {
    /** Up only, from 0 at the start of the node. */
    COUNTER,
    /** Up and down. */
    GAUGE,
    /** How values are distributed over buckets. */
    HISTOGRAM
  }

  public Metric {
    labels = List.copyOf(labels);
  }

  /**
   * Its value for one set of labels.
   *
   * @param labels values of its labels, in order
   * @param value sum of what was observed, for a histogram
   * @param buckets null unless it is a histogram
   */
  public record Sample(Metric metric, List<String> labels, double value, Buckets buckets) {
    public Sample {
      labels = List.copyOf(labels);
      if (labels.size() != metric.labels().size()) {
        throw new IllegalArgumentException(metric.name() + " wants labels " + metric.labels());
      }
    }
  }

  /**
   * Counts per bucket, not summed up.
   *
   * @param bounds upper bounds, inclusive; the last one is infinite
   */
  public record Buckets(List<Double> bounds, List<Long> counts) {
    public Buckets {
      bounds = List.copyOf(bounds);
      counts = List.copyOf(counts);
    }

    /** How many values were observed. */
    public long count() {
      return counts.stream().mapToLong(Long::longValue).sum();
    }
  }

  /** A value without buckets. */
  public Sample sample(double value, String... labelValues) {
    return new Sample(this, List.of(labelValues), value, null);
  }
}
