package org.quorate.assembly;

import java.util.List;

/** Class loaders of bundles that were updated or uninstalled. Thread-safe. */
public interface Leaks {
  /**
   * Collects garbage and tells which of them are still there. Blocks, for up to a second if there are
   * any.
   */
  List<Leak> find();

  /** How many class loaders of updated and uninstalled bundles there have been so far. */
  long replaced();
}
