package org.quorate.spi.config;

import java.util.List;

/**
 * A named limit or setting.
 *
 * @param name dotted, unit last: {@code raft.heartbeat.ms}
 * @param type what values are
 * @param unit ms, bytes, count … or empty
 * @param fallback the default, as text
 * @param min smallest value of a number, inclusive
 * @param max largest value of a number, inclusive
 * @param choices allowed texts, empty for any
 * @param dynamic whether it may change while running
 */
public record Parameter(
    String name,
    Type type,
    String unit,
    String fallback,
    long min,
    long max,
    List<String> choices,
    Scope scope,
    boolean dynamic,
    String description) {
  /** What values are. */
  public enum Type {
    NUMBER,
    TEXT,
    FLAG
  }

  /** Where it is set. */
  public enum Scope {
    NODE,
    GROUP
  }

  public Parameter {
    choices = List.copyOf(choices);
  }

  /** A number of a group. */
  public static Parameter number(
      String name, String unit, long fallback, long min, long max, String description) {
    return new Parameter(
        name,
        Type.NUMBER,
        unit,
        Long.toString(fallback),
        min,
        max,
        List.of(),
        Scope.GROUP,
        false,
        description);
  }

  /** The same parameter, set per node. */
  public Parameter perNode() {
    return new Parameter(
        name, type, unit, fallback, min, max, choices, Scope.NODE, dynamic, description);
  }

  /** The same parameter, changeable while running. */
  public Parameter whileRunning() {
    return new Parameter(name, type, unit, fallback, min, max, choices, scope, true, description);
  }
}
