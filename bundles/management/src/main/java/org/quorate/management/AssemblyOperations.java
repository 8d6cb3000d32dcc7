package org.quorate.management;

import java.util.List;

/** Operations on what a node and its cluster are assembled from. */
final class AssemblyOperations {
  private AssemblyOperations() {}

  static List<Operation> all() {
    return List.of(leaks());
  }

  private static Operation leaks() {
    return new Operation(
        "leaks",
        "Collects garbage and lists class loaders that updated bundles left behind",
        Access.ADMIN,
        List.of(),
        LeaksView.class,
        false,
        "",
        (node, a) ->
            ManagedNode.explained(node.control().assembly().leaks()).thenApply(LeaksView::of));
  }
}
