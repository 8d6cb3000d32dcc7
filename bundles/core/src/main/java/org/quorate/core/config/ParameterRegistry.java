package org.quorate.core.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;

/**
 * All parameters that are known, with the values that were set. A value that is out of range never
 * gets in, so reading cannot fail on bad input. Thread-safe.
 */
public final class ParameterRegistry {
  private final Map<String, Parameter> known = new ConcurrentHashMap<>();
  private final Map<String, String> values = new ConcurrentHashMap<>();
  private final List<BiConsumer<Parameter, String>> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean running;

  /** Makes parameters known; one that is known already must be the same. */
  public void register(Collection<Parameter> parameters) {
    for (Parameter parameter : parameters) {
      Parameter before = known.putIfAbsent(parameter.name(), parameter);
      if (before != null && !before.equals(parameter)) {
        throw new IllegalArgumentException(
            "parameter " + parameter.name() + " is defined in two ways");
      }
    }
  }

  public Optional<Parameter> find(String name) {
    return Optional.ofNullable(known.get(name));
  }

  /** All known, by name. */
  public SortedMap<String, Parameter> known() {
    return new TreeMap<>(known);
  }

  /** From now on only dynamic parameters may be set. */
  public void started() {
    running = true;
  }

  /**
   * Sets a value and tells the listeners.
   *
   * @throws ParameterException naming what is allowed
   */
  public void set(String name, String value) {
    setAll(Map.of(name, value));
  }

  /**
   * Sets values, all or none, and tells the listeners of those that have changed.
   *
   * @return what has changed
   * @throws ParameterException naming what is allowed; then nothing was set
   */
  public synchronized Map<String, String> setAll(Map<String, String> wanted) {
    Map<String, String> changed = new TreeMap<>();
    new TreeMap<>(wanted)
        .forEach(
            (name, value) -> {
              Parameter parameter = allowed(name, value);
              if (!value.equals(text(parameter))) {
                changed.put(name, value);
              }
            });
    values.putAll(wanted);
    changed.forEach((name, value) -> listeners.forEach(l -> l.accept(known.get(name), value)));
    return changed;
  }

  private Parameter allowed(String name, String value) {
    Parameter parameter = known.get(name);
    if (parameter == null) {
      throw new ParameterException(name, unknown(name, known.keySet()));
    }
    check(parameter, value);
    if (running && !parameter.dynamic() && !value.equals(text(parameter))) {
      throw new ParameterException(
          name, name + " cannot change while the node runs: set it in the file and restart");
    }
    return parameter;
  }

  /** Whether a value was set, be it the default. */
  public boolean isSet(String name) {
    return values.containsKey(name);
  }

  public long number(Parameter parameter) {
    return Long.parseLong(text(parameter));
  }

  public String text(Parameter parameter) {
    return values.getOrDefault(parameter.name(), parameter.fallback());
  }

  /** Called with every value set, on the thread that sets it. */
  public void listen(BiConsumer<Parameter, String> listener) {
    listeners.add(listener);
  }

  /**
   * Checks a set of values against the parameters they may name.
   *
   * @throws ParameterException for the first one that is not allowed
   */
  public static Options options(Map<String, String> values, Collection<Parameter> allowed) {
    Map<String, Parameter> byName = new TreeMap<>();
    allowed.forEach(p -> byName.put(p.name(), p));
    new TreeMap<>(values)
        .forEach(
            (name, value) -> {
              Parameter parameter = byName.get(name);
              if (parameter == null) {
                throw new ParameterException(name, unknown(name, byName.keySet()));
              }
              check(parameter, value);
            });
    return new Options(values);
  }

  /**
   * Checks one value.
   *
   * @throws ParameterException naming range or choices
   */
  public static void check(Parameter parameter, String value) {
    String problem =
        switch (parameter.type()) {
          case NUMBER -> number(parameter, value);
          case FLAG ->
              value.equals("true") || value.equals("false") ? null : "must be true or false";
          case TEXT ->
              parameter.choices().isEmpty() || parameter.choices().contains(value)
                  ? null
                  : "must be one of " + String.join(", ", parameter.choices());
        };
    if (problem != null) {
      throw new ParameterException(
          parameter.name(), parameter.name() + ": '" + value + "' " + problem);
    }
  }

  private static String number(Parameter parameter, String value) {
    String unit = parameter.unit().isEmpty() ? "" : " " + parameter.unit();
    String range = parameter.min() + " to " + parameter.max() + unit;
    try {
      long number = Long.parseLong(value);
      return number >= parameter.min() && number <= parameter.max()
          ? null
          : "is out of range, allowed are " + range;
    } catch (NumberFormatException e) {
      return "is not a whole number, allowed are " + range;
    }
  }

  private static String unknown(String name, Collection<String> known) {
    List<String> near = new ArrayList<>();
    for (String candidate : new java.util.TreeSet<>(known)) {
      if (distance(name, candidate) <= Math.max(2, name.length() / 4)) {
        near.add(candidate);
      }
    }
    return "unknown parameter '"
        + name
        + "'"
        + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?");
  }

  /** Levenshtein distance: how many letters to change. */
  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, 1 + Math.min(above, row[j - 1]));
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
