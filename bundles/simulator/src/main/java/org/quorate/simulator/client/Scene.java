package org.quorate.simulator.client;

import java.util.function.BooleanSupplier;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.Process;
import org.quorate.simulator.engine.Rng;

/** What clients of a {@link WorkloadKind} have of a simulation. */
public final class Scene {
  private static final long WORKER_MEAN_US = 200;

  private final Workload workload;
  private final Cluster cluster;
  private int ids;

  /**
   * Of one simulation.
   *
   * @param ids that other clients have: up to this one
   */
  Scene(Workload workload, Cluster cluster, int ids) {
    this.workload = workload;
    this.cluster = cluster;
    this.ids = ids;
  }

  public EventQueue queue() {
    return cluster.queue();
  }

  /** What clients know of their leases. */
  public Leases leases() {
    return cluster.leases();
  }

  /** A process of its own. */
  public Process process(Rng rng) {
    return new Process(cluster.queue(), rng, WORKER_MEAN_US);
  }

  /** A process's way to the group. */
  public SimAccess access(Process process, Rng rng) {
    return access(process, rng, () -> false);
  }

  /**
   * A process's way to the group that is cut now and then.
   *
   * @param cut whether nothing of it arrives, in either direction
   */
  public SimAccess access(Process process, Rng rng, BooleanSupplier cut) {
    return new SimAccess(++ids, workload, new CutCluster(cluster, cut), rng, process);
  }

  /** Something must never be: the simulation ends with the next step. May be called anywhere. */
  public void broken(String invariant, String what) {
    cluster.found(invariant, what);
  }

  public void trace(String who, String event) {
    cluster.trace(who, event);
  }
}
