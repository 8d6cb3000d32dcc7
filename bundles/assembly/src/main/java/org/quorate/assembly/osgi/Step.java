package org.quorate.assembly.osgi;

import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.quorate.assembly.BundleEntry;
import org.quorate.assembly.Change;

/**
 * One change to the framework.
 *
 * @param bundle what is there now, null if nothing is
 * @param jar what comes, null if nothing does
 * @param entry what it is, null if it comes from the distribution or nothing comes
 */
record Step(Change.Kind kind, Bundle bundle, Path jar, BundleEntry entry) {
  String name() {
    return entry != null ? entry.name() : bundle.getSymbolicName();
  }

  int level() {
    return entry != null ? entry.level() : BundleEntry.PLUGIN_LEVEL;
  }
}
