package org.quorate.management;

import java.util.List;

/**
 * An argument of an operation; the same on every surface.
 *
 * @param name in camel case; the shells also take it as {@code --camel-case}
 * @param fallback the default as text, or null for none
 * @param choices allowed texts, empty for any
 */
public record Argument(
    String name,
    Type type,
    boolean required,
    String fallback,
    List<String> choices,
    String description) {

  /** What values are. */
  public enum Type {
    TEXT,
    NUMBER,
    FLAG,
    /** Several texts: a JSON array, or a text with commas between. */
    LIST,
    /** A new file for the answer's text: the shells write it, nobody is sent it. */
    OUTPUT
  }

  public Argument {
    choices = List.copyOf(choices);
  }

  /** A text that must be given; the shells take it by its place. */
  public static Argument required(String name, String description) {
    return new Argument(name, Type.TEXT, true, null, List.of(), description);
  }

  /** A text that may be left out. */
  public static Argument text(String name, String fallback, String description) {
    return new Argument(name, Type.TEXT, false, fallback, List.of(), description);
  }

  /** A whole number that may be left out. */
  public static Argument number(String name, Long fallback, String description) {
    return new Argument(
        name,
        Type.NUMBER,
        false,
        fallback == null ? null : Long.toString(fallback),
        List.of(),
        description);
  }

  /** A yes or no, no by default. */
  public static Argument flag(String name, String description) {
    return new Argument(name, Type.FLAG, false, "false", List.of(), description);
  }

  /** Several texts. */
  public static Argument list(String name, String description) {
    return new Argument(name, Type.LIST, false, null, List.of(), description);
  }

  /** A new file that the shells write the answer's text to; they take it by its place, after the others. */
  public static Argument output(String name, String description) {
    return new Argument(name, Type.OUTPUT, false, null, List.of(), description);
  }

  /** Whether it is for the shells alone. */
  public boolean isOutput() {
    return type == Type.OUTPUT;
  }

  /** Whether the shells take it by its place. */
  public boolean placed() {
    return required || isOutput();
  }

  /** The same argument, allowed to be one of these only. */
  public Argument oneOf(String... allowed) {
    return new Argument(name, type, required, fallback, List.of(allowed), description);
  }

  /** The name as an option of a command line: {@code storeId} becomes {@code --store-id}. */
  public String option() {
    StringBuilder option = new StringBuilder("--");
    for (char c : name.toCharArray()) {
      if (Character.isUpperCase(c)) {
        option.append('-').append(Character.toLowerCase(c));
      } else {
        option.append(c);
      }
    }
    return option.toString();
  }
}
