package org.quorate.management;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.BundleEntry;
import org.quorate.runtime.api.ClusterAssembly;
import org.quorate.runtime.api.DeployPlan;
import org.quorate.runtime.api.Deployment;
import org.quorate.runtime.api.Deployment.NodeStep;

/**
 * An assembly of the cluster: planned, on its way, or what became of it.
 *
 * @param current whether it is what the cluster runs
 * @param state planned, rolling, going_back, done or rolled_back
 * @param bundles in the place of the distribution's, or in addition
 * @param changes what it changes on the node that was asked, for a plan
 * @param nodes where each node is, with the time it was away
 * @param why it was given up, or null
 */
public record AssemblyView(
    long number,
    boolean current,
    String state,
    List<String> bundles,
    List<String> changes,
    List<String> nodes,
    String why,
    String started,
    String ended) {
  static List<AssemblyView> list(ClusterAssembly cluster) {
    List<AssemblyView> all = new ArrayList<>();
    boolean built = cluster.current().number() == 0;
    all.add(new AssemblyView(0, built, "done", List.of(), null, List.of(), null, null, null));
    cluster.history().forEach(d -> all.add(of(d, cluster.current())));
    if (cluster.running() != null) {
      all.add(of(cluster.running(), cluster.current()));
    }
    return all;
  }

  static AssemblyView of(Deployment d, Assembly current) {
    return new AssemblyView(
        d.number(),
        current.number() == d.number(),
        d.state().name().toLowerCase(Locale.ROOT),
        bundles(d.to()),
        null,
        d.nodes().stream().map(AssemblyView::node).toList(),
        d.why().isEmpty() ? null : d.why(),
        Instant.ofEpochMilli(d.startedMs()).toString(),
        d.endedMs() == 0 ? null : Instant.ofEpochMilli(d.endedMs()).toString());
  }

  static AssemblyView of(DeployPlan plan) {
    return new AssemblyView(
        plan.assembly().number(),
        false,
        "planned",
        bundles(plan.assembly()),
        plan.changes().stream()
            .map(
                c ->
                    c.kind().name().toLowerCase(Locale.ROOT)
                        + " "
                        + c.name()
                        + (c.from() == null ? "" : " " + c.from())
                        + (c.to() == null ? "" : " to " + c.to()))
            .toList(),
        plan.nodes().stream().map(n -> n.node().name()).toList(),
        null,
        null,
        null);
  }

  private static List<String> bundles(Assembly assembly) {
    return assembly.bundles().stream().map(BundleEntry::toString).toList();
  }

  private static String node(NodeStep n) {
    return n.node()
        + " "
        + n.step().name().toLowerCase(Locale.ROOT)
        + (n.awayMs() > 0 ? " (away " + n.awayMs() + " ms)" : "")
        + (n.why().isEmpty() ? "" : " (" + n.why() + ")");
  }
}
