package org.quorate.management;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the words of a shell line as arguments of an operation. */
public final class CommandLine {
  private CommandLine() {}

  /**
   * Required arguments and a file for the answer by their place, all others by {@code --name value}, {@code
   * --name=value} or, for flags, {@code --name}. Words after {@code --} are never options.
   *
   * @throws OperationException BAD_REQUEST with the usage in its hint
   */
  public static Map<String, Object> parse(Operation operation, List<String> words) {
    Map<String, Object> given = new LinkedHashMap<>();
    List<Argument> places =
        new ArrayList<>(operation.arguments().stream().filter(Argument::placed).toList());
    boolean options = true;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (options && word.equals("--")) {
        options = false;
      } else if (options && word.startsWith("--")) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        Argument argument = option(operation, name);
        if (equals >= 0) {
          put(given, argument, word.substring(equals + 1));
        } else if (argument.type() == Argument.Type.FLAG) {
          put(given, argument, "true");
        } else if (i + 1 < words.size()) {
          put(given, argument, words.get(++i));
        } else {
          throw usage(operation, name + " wants a value");
        }
      } else {
        places.removeIf(a -> given.containsKey(a.name()));
        if (places.isEmpty()) {
          throw usage(operation, "'" + word + "' is one word too many");
        }
        put(given, places.remove(0), word);
      }
    }
    return given;
  }

  private static void put(Map<String, Object> given, Argument argument, String value) {
    given.put(argument.name(), value);
  }

  private static Argument option(Operation operation, String name) {
    return operation.arguments().stream()
        .filter(a -> !a.isOutput() && a.option().equals(name))
        .findFirst()
        .orElseThrow(() -> usage(operation, "unknown option " + name));
  }

  private static OperationException usage(Operation operation, String what) {
    return new OperationException(FailureCode.BAD_REQUEST, what, "usage: " + usage(operation));
  }

  /** One line that shows how the operation is typed. */
  public static String usage(Operation operation) {
    StringBuilder line = new StringBuilder(operation.command());
    for (Argument a : operation.arguments()) {
      if (a.required()) {
        line.append(" <").append(a.name()).append('>');
      }
    }
    operation.output().ifPresent(a -> line.append(" [").append(a.name()).append(']'));
    for (Argument a : operation.arguments()) {
      if (!a.placed()) {
        line.append(" [").append(a.option());
        line.append(a.type() == Argument.Type.FLAG ? "]" : " <" + hint(a) + ">]");
      }
    }
    return line.toString();
  }

  private static String hint(Argument a) {
    return a.choices().isEmpty() ? a.name() : String.join("|", a.choices());
  }
}
