package org.quorate.management;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.quorate.api.GroupStatus;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.NodeStatus;

/** The numbers of a node at one moment, under the names that the metrics have too. */
final class NodeNumbers {
  private NodeNumbers() {}

  static List<MetricView> of(NodeControl control, String prefix) {
    List<MetricView> all = new ArrayList<>();
    NodeStatus node = control.node();
    all.add(new MetricView("quorate_up_seconds", node.upMs() / 1000.0));
    all.add(new MetricView("quorate_incarnation", node.incarnation()));
    long connected = node.peers().stream().filter(p -> p.state().equals("CONNECTED")).count();
    all.add(new MetricView("quorate_peers_connected", connected));
    new TreeMap<>(node.counters())
        .forEach((name, value) -> all.add(new MetricView(counter(name), value)));
    for (GroupStatus group : control.groups()) {
      group(all, group);
    }
    jvm(all);
    return all.stream().filter(m -> m.name().startsWith(prefix)).toList();
  }

  /** The metric of a counter of the node: {@code frames.refused} to {@code quorate_frames_refused}. */
  static String counter(String name) {
    return "quorate_" + name.replaceAll("[^A-Za-z0-9]+", "_");
  }

  private static void group(List<MetricView> all, GroupStatus s) {
    String label = "{group=\"" + s.group().name() + "\"}";
    all.add(new MetricView("quorate_group_running" + label, running(s)));
    all.add(new MetricView("quorate_group_leader" + label, leads(s)));
    all.add(new MetricView("quorate_group_epoch" + label, s.epoch()));
    all.add(new MetricView("quorate_group_decided" + label, s.decided()));
    all.add(new MetricView("quorate_group_applied" + label, s.applied()));
    all.add(new MetricView("quorate_group_position" + label, s.position()));
    all.add(new MetricView("quorate_group_version" + label, s.gtid().version()));
    new TreeMap<>(s.details())
        .forEach(
            (name, value) -> {
              if (value.matches("-?[0-9]{1,18}")) {
                all.add(new MetricView(groupDetail(name) + label, Long.parseLong(value)));
              }
            });
  }

  static String groupDetail(String name) {
    return "quorate_group_" + name.replaceAll("[^A-Za-z0-9]+", "_");
  }

  static double running(GroupStatus s) {
    return s.state() == GroupStatus.State.RUNNING ? 1 : 0;
  }

  /** 1 on the node that takes the proposals. */
  static double leads(GroupStatus s) {
    return s.node().equals(s.hint()) ? 1 : 0;
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
