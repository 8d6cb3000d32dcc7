package org.quorate.spi.config;

import java.util.Map;

/** Values that were checked against their parameters: reading one cannot fail on bad input. */
public record Options(Map<String, String> values) {
  public static final Options DEFAULTS = new Options(Map.of());

  public Options {
    values = Map.copyOf(values);
  }

  /** The number set, or the parameter's default. */
  public long number(Parameter parameter) {
    return Long.parseLong(values.getOrDefault(parameter.name(), parameter.fallback()));
  }

  /** The text set, or the parameter's default. */
  public String text(Parameter parameter) {
    return values.getOrDefault(parameter.name(), parameter.fallback());
  }

  /** The flag set, or the parameter's default. */
  public boolean flag(Parameter parameter) {
    return Boolean.parseBoolean(text(parameter));
  }
}
