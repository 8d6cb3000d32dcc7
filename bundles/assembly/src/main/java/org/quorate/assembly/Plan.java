package org.quorate.assembly;

import java.util.List;

/**
 * What would become of a framework with an assembly.
 *
 * @param changes empty if it runs already
 * @param objections why it cannot be put in place; empty if it can
 */
public record Plan(List<Change> changes, List<String> objections) {
  public Plan {
    changes = List.copyOf(changes);
    objections = List.copyOf(objections);
  }
}
