package org.quorate.management;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The arguments of one call, checked against what the operation declares. */
public final class Arguments {
  private final Map<String, Object> values;

  private Arguments(Map<String, Object> values) {
    this.values = values;
  }

  /**
   * Checks what a caller sent.
   *
   * @param given texts, numbers, booleans or lists by name; null values count as not given
   * @throws OperationException BAD_REQUEST that names the argument
   */
  public static Arguments check(Operation operation, Map<String, ?> given) {
    Map<String, Object> checked = new LinkedHashMap<>();
    for (Argument argument : operation.sent()) {
      Object value = given.get(argument.name());
      if (value == null) {
        value = argument.fallback();
      }
      if (value == null && argument.required()) {
        throw bad(operation, "argument '" + argument.name() + "' is missing");
      }
      if (value != null) {
        checked.put(argument.name(), convert(operation, argument, value));
      }
    }
    for (String name : given.keySet()) {
      if (operation.sent().stream().noneMatch(a -> a.name().equals(name))) {
        throw bad(operation, "unknown argument '" + name + "'");
      }
    }
    return new Arguments(checked);
  }

  private static Object convert(Operation operation, Argument argument, Object value) {
    return switch (argument.type()) {
      case NUMBER -> number(operation, argument, value);
      case FLAG -> flag(operation, argument, value);
      case LIST -> list(value);
      case TEXT, OUTPUT -> text(operation, argument, value);
    };
  }

  private static Object number(Operation operation, Argument argument, Object value) {
    try {
      return Long.parseLong(value.toString().trim());
    } catch (NumberFormatException e) {
      throw bad(
          operation, "argument '" + argument.name() + "': '" + value + "' is no whole number");
    }
  }

  private static Object flag(Operation operation, Argument argument, Object value) {
    return switch (value.toString()) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw bad(
              operation,
              "argument '" + argument.name() + "': '" + value + "' is neither true nor false");
    };
  }

  private static List<String> list(Object value) {
    if (value instanceof Collection<?> many) {
      return many.stream().map(String::valueOf).toList();
    }
    return List.of(value.toString().split(",")).stream()
        .map(String::trim)
        .filter(s -> !s.isEmpty())
        .toList();
  }

  private static String text(Operation operation, Argument argument, Object value) {
    if (value instanceof Map || value instanceof Collection) {
      throw bad(operation, "argument '" + argument.name() + "' wants a text");
    }
    String text = value.toString();
    if (!argument.choices().isEmpty() && !argument.choices().contains(text)) {
      throw bad(
          operation,
          "argument '"
              + argument.name()
              + "': '"
              + text
              + "' is none of "
              + String.join(", ", argument.choices()));
    }
    return text;
  }

  private static OperationException bad(Operation operation, String what) {
    String known = operation.sent().stream().map(Argument::name).collect(Collectors.joining(", "));
    return new OperationException(
        FailureCode.BAD_REQUEST,
        operation.name() + ": " + what,
        known.isEmpty() ? "it takes no arguments" : "it takes: " + known);
  }

  /** A text that was required or has a default. */
  public String text(String name) {
    return (String) need(name);
  }

  /** A text that may be absent. */
  public Optional<String> maybe(String name) {
    return Optional.ofNullable((String) values.get(name));
  }

  /** A number that was required or has a default. */
  public long number(String name) {
    return (Long) need(name);
  }

  /** A number that may be absent. */
  public Optional<Long> maybeNumber(String name) {
    return Optional.ofNullable((Long) values.get(name));
  }

  public boolean flag(String name) {
    return (Boolean) need(name);
  }

  /** Several texts, empty when none was given. */
  @SuppressWarnings("unchecked")
  public List<String> list(String name) {
    return (List<String>) values.getOrDefault(name, List.of());
  }

  private Object need(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalStateException("no argument '" + name + "': not declared as required");
    }
    return value;
  }
}
