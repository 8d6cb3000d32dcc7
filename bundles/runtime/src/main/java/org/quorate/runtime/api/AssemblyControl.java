package org.quorate.runtime.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.quorate.assembly.InstalledBundle;
import org.quorate.assembly.Leak;

/**
 * What a node and its cluster are assembled from. Thread-safe; never blocks. Stages fail with {@link
 * ControlException}: UNSUPPORTED on a node that does not run in a framework, FORBIDDEN where the
 * node's file allows no deploying or the jar is not trusted.
 */
@ProviderType
public interface AssemblyControl {
  /**
   * Class loaders of bundles that were updated or uninstalled.
   *
   * @param replaced how many there have been
   * @param held those that were not collected
   */
  record Leftovers(long replaced, List<Leak> held) {}

  /** Collects garbage and looks for class loaders that nothing should use any more. */
  CompletionStage<Leftovers> leaks();

  /** The bundles of this node. */
  CompletionStage<List<InstalledBundle>> installed();

  /** What the cluster has decided. */
  CompletionStage<ClusterAssembly> cluster();

  /**
   * Takes the next piece of a jar.
   *
   * @return whether all of it is here now
   */
  CompletionStage<Boolean> upload(String sha256, long size, long offset, byte[] piece);

  /** Asks every node whether it can take it; changes nothing. */
  CompletionStage<DeployPlan> plan(DeploySpec spec);

  /** Begins to deploy; complete with its number when that is decided. The nodes carry it out. */
  CompletionStage<Long> deploy(DeploySpec spec);

  /**
   * Asks every node whether it can go to what an earlier deployment brought.
   *
   * @param number of the assembly; 0 for the distribution, -1 for the one before
   */
  CompletionStage<DeployPlan> planRollback(long number);

  /** As {@link #planRollback}, and begins; complete with the new number. */
  CompletionStage<Long> rollback(long number);

  /** Gives the deployment under way up: nodes that took it go back. */
  CompletionStage<Void> abort();

  /** Complete when a deployment has ended, as this node sees it. */
  CompletionStage<Deployment> ended(long number);
}
