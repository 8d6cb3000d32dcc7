package org.quorate.spi.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Values that were checked against their parameters: reading one cannot fail on bad input. */
public record Options(Map<String, String> values) {
  public static final Options DEFAULTS = new Options(Map.of());

  public Options {
    values = Map.copyOf(values);
  }

  /**
   * Numbers of a service, from texts.
   *
   * @param known its parameters, all of them numbers
   * @param refusal made of a message: for a name that is none, and a value that is no number or out of
   *     range
   */
  public static Options numbers(
      List<Parameter> known,
      Map<String, String> texts,
      Function<String, ? extends RuntimeException> refusal) {
    Map<String, String> numbers = new TreeMap<>();
    texts.forEach(
        (name, text) -> {
          Parameter parameter =
              known.stream()
                  .filter(p -> p.name().equals(name))
                  .findFirst()
                  .orElseThrow(() -> refusal.apply("there is no parameter '" + name + "'"));
          try {
            long value = Long.parseLong(text.strip());
            if (value < parameter.min() || value > parameter.max()) {
              String range = "; it goes from " + parameter.min() + " to " + parameter.max();
              throw refusal.apply(name + " is " + value + range);
            }
            numbers.put(name, Long.toString(value));
          } catch (NumberFormatException e) {
            throw refusal.apply(name + " is '" + text + "', which is no number");
          }
        });
    return new Options(numbers);
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
