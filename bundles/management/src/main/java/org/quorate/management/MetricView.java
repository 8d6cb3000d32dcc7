package org.quorate.management;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.quorate.runtime.api.Metric;

/** A metric's value; labels are part of the name. */
public record MetricView(String name, double value) {
  /** The node's metrics and the JVM's, those whose names begin so. */
  static List<MetricView> list(List<Metric.Sample> samples, String prefix) {
    List<MetricView> all = new ArrayList<>();
    samples.forEach(s -> add(s, all));
    jvm(all);
    return all.stream().filter(m -> m.name().startsWith(prefix)).toList();
  }

  private static void add(Metric.Sample s, List<MetricView> all) {
    String name = s.metric().name();
    if (s.buckets() == null) {
      all.add(new MetricView(name + labels(s), s.value()));
    } else {
      all.add(new MetricView(name + "_count" + labels(s), s.buckets().count()));
      all.add(new MetricView(name + "_sum" + labels(s), s.value()));
    }
  }

  private static String labels(Metric.Sample s) {
    if (s.labels().isEmpty()) {
      return "";
    }
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < s.labels().size(); i++) {
      pairs.add(s.metric().labels().get(i) + "=\"" + s.labels().get(i) + "\"");
    }
    return "{" + String.join(",", pairs) + "}";
  }

  private static void jvm(List<MetricView> all) {
    Runtime runtime = Runtime.getRuntime();
    all.add(new MetricView("jvm_memory_used_bytes", runtime.totalMemory() - runtime.freeMemory()));
    all.add(new MetricView("jvm_memory_max_bytes", runtime.maxMemory()));
    all.add(
        new MetricView("jvm_threads_live", ManagementFactory.getThreadMXBean().getThreadCount()));
    long pauses = 0;
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      pauses += Math.max(0, gc.getCollectionTime());
    }
    all.add(new MetricView("jvm_gc_time_ms", pauses));
  }
}
