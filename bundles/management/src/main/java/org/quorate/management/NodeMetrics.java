package org.quorate.management;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.runtime.api.NodeControl;

/** The node's metrics in the text format of Prometheus. Thread-safe. */
final class NodeMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, MultiGauge> gauges = new HashMap<>();
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final NodeControl control;

  NodeMetrics(NodeControl control) {
    this.control = control;
    registry.config().commonTags("node", control.node().node().name());
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    gc.bindTo(registry);
    Gauge.builder("quorate_build", () -> 1).tag("java", javaVersion()).register(registry);
  }

  private static String javaVersion() {
    return Runtime.version().toString();
  }

  /** The text, with the numbers of this moment. */
  synchronized String scrape() {
    Map<String, List<MultiGauge.Row<?>>> rows = new TreeMap<>();
    gauges.keySet().forEach(name -> rows.put(name, new ArrayList<>()));
    for (MetricView metric : NodeNumbers.of(control, "quorate_")) {
      int brace = metric.name().indexOf('{');
      String name = brace < 0 ? metric.name() : metric.name().substring(0, brace);
      rows.computeIfAbsent(name, n -> new ArrayList<>())
          .add(MultiGauge.Row.of(labels(metric.name(), brace), metric.value()));
    }
    // A group that has gone loses its row: its last value must not be reported for ever.
    rows.forEach(
        (name, values) ->
            gauges
                .computeIfAbsent(name, n -> MultiGauge.builder(n).register(registry))
                .register(values, true));
    return registry.scrape();
  }

  private static Tags labels(String name, int brace) {
    if (brace < 0) {
      return Tags.empty();
    }
    String group = name.substring(name.indexOf('"') + 1, name.lastIndexOf('"'));
    return Tags.of(Tag.of("group", group));
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
