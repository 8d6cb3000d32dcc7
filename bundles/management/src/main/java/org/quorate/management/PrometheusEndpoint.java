package org.quorate.management;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.quorate.runtime.api.Metric;
import org.quorate.runtime.api.NodeControl;

/**
 * The node's metrics in the text format of Prometheus: Micrometer measures the JVM, the node's own
 * numbers are added as they were taken. Thread-safe.
 */
final class PrometheusEndpoint implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final NodeControl control;
  private final Executor worker;
  private final String node;
  private List<Metric.Sample> samples = List.of();

  /**
   * Of a node.
   *
   * @param worker writes the text: it looks at all threads and reads files of the system
   */
  PrometheusEndpoint(NodeControl control, Executor worker) {
    this.control = control;
    this.worker = worker;
    this.node = control.node().node().name();
    registry.config().commonTags("node", node);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    gc.bindTo(registry);
    Gauge.builder("quorate_build", () -> 1)
        .tag("java", Runtime.version().toString())
        .register(registry);
    registry.getPrometheusRegistry().register((MultiCollector) this::snapshots);
  }

  /** The text, with the numbers of this moment. */
  CompletionStage<String> scrape() {
    return control.metrics().thenApplyAsync(this::text, worker);
  }

  private synchronized String text(List<Metric.Sample> now) {
    samples = now;
    return registry.scrape();
  }

  private MetricSnapshots snapshots() {
    Map<Metric, List<Metric.Sample>> byMetric = new LinkedHashMap<>();
    samples.forEach(s -> byMetric.computeIfAbsent(s.metric(), m -> new ArrayList<>()).add(s));
    List<MetricSnapshot> all = new ArrayList<>();
    byMetric.forEach((metric, values) -> all.add(snapshot(metric, values)));
    return new MetricSnapshots(all);
  }

  private MetricSnapshot snapshot(Metric metric, List<Metric.Sample> values) {
    return switch (metric.type()) {
      case COUNTER -> {
        CounterSnapshot.Builder counter =
            CounterSnapshot.builder()
                .name(metric.name().substring(0, metric.name().length() - "_total".length()))
                .help(metric.description());
        values.forEach(
            v ->
                counter.dataPoint(
                    CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(labels(v))
                        .value(v.value())
                        .build()));
        yield counter.build();
      }
      case GAUGE -> {
        GaugeSnapshot.Builder gauge =
            GaugeSnapshot.builder().name(metric.name()).help(metric.description());
        values.forEach(
            v ->
                gauge.dataPoint(
                    GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels(v))
                        .value(v.value())
                        .build()));
        yield gauge.build();
      }
      case HISTOGRAM -> {
        HistogramSnapshot.Builder histogram =
            HistogramSnapshot.builder().name(metric.name()).help(metric.description());
        values.forEach(
            v ->
                histogram.dataPoint(
                    HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .labels(labels(v))
                        .classicHistogramBuckets(
                            ClassicHistogramBuckets.of(v.buckets().bounds(), v.buckets().counts()))
                        .sum(v.value())
                        .build()));
        yield histogram.build();
      }
    };
  }

  private Labels labels(Metric.Sample sample) {
    Labels labels = Labels.of("node", node);
    for (int i = 0; i < sample.labels().size(); i++) {
      labels = labels.add(sample.metric().labels().get(i), sample.labels().get(i));
    }
    return labels;
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
