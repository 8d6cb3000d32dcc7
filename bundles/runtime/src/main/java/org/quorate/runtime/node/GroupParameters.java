package org.quorate.runtime.node;

import java.util.List;
import org.quorate.spi.config.Parameter;

/** Options of a group that the node itself looks at. */
public final class GroupParameters {
  public static final Parameter VOLATILE =
      new Parameter(
          "volatile",
          Parameter.Type.FLAG,
          "",
          "false",
          0,
          0,
          List.of(),
          Parameter.Scope.GROUP,
          false,
          "Allows a group whose log or state is in memory only: a node that restarts is no member"
              + " any more.");

  private GroupParameters() {}

  /** All of them. */
  public static List<Parameter> all() {
    return List.of(VOLATILE);
  }
}
