package org.quorate.management;

import java.util.List;
import org.quorate.assembly.Leak;
import org.quorate.runtime.api.AssemblyControl;

/**
 * What updates and uninstallations of bundles left behind.
 *
 * @param replaced class loaders that went out of use since the node's start
 * @param held those of them that are still there
 */
public record LeaksView(long replaced, List<LeakView> held) {
  /**
   * A class loader that was not collected.
   *
   * @param heldBy what holds it, as far as can be told
   */
  public record LeakView(String bundle, String version, List<String> heldBy) {
    static LeakView of(Leak leak) {
      return new LeakView(leak.bundle(), leak.version(), leak.heldBy());
    }
  }

  static LeaksView of(AssemblyControl.Leftovers left) {
    return new LeaksView(left.replaced(), left.held().stream().map(LeakView::of).toList());
  }
}
