package org.quorate.runtime.api;

import java.util.List;
import org.quorate.assembly.Assembly;

/**
 * What a cluster is assembled from, as its majority has decided.
 *
 * @param revision rises with each change
 * @param current what a node has that is not named by the deployment under way
 * @param running the deployment under way, or null
 * @param history deployments that ended, the oldest first, the newest of them
 */
public record ClusterAssembly(
    long revision, Assembly current, Deployment running, List<Deployment> history) {
  /** Of a cluster in which nothing was deployed yet. */
  public static final ClusterAssembly NONE =
      new ClusterAssembly(0, Assembly.DISTRIBUTION, null, List.of());

  public ClusterAssembly {
    history = List.copyOf(history);
  }

  /** The number that the next deployment gets. */
  public long nextNumber() {
    long last = running == null ? current.number() : running.number();
    for (Deployment each : history) {
      last = Math.max(last, each.number());
    }
    return last + 1;
  }
}
