package org.quorate.runtime.api;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;
import org.quorate.assembly.Leak;

/**
 * What a node is assembled from. Thread-safe; never blocks. Stages fail with {@link ControlException}:
 * UNSUPPORTED on a node that does not run in a framework.
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
}
