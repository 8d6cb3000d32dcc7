package org.quorate.management;

import org.quorate.runtime.api.ParameterValue;
import org.quorate.spi.config.Parameter;

/**
 * A parameter and its value in force.
 *
 * @param set whether the value was set rather than being the default
 */
public record ParameterView(
    String name,
    String value,
    String unit,
    String range,
    String fallback,
    boolean set,
    String scope,
    boolean dynamic,
    String description) {
  static ParameterView of(ParameterValue v) {
    Parameter p = v.parameter();
    return new ParameterView(
        p.name(),
        v.value(),
        p.unit(),
        range(p),
        p.fallback(),
        v.set(),
        p.scope().name(),
        p.dynamic(),
        p.description());
  }

  private static String range(Parameter p) {
    return switch (p.type()) {
      case NUMBER -> p.min() + ".." + p.max();
      case FLAG -> "true, false";
      case TEXT -> p.choices().isEmpty() ? "" : String.join(", ", p.choices());
    };
  }
}
