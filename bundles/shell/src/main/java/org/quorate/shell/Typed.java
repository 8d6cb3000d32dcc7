package org.quorate.shell;

import java.util.ArrayList;
import java.util.List;
import org.quorate.management.Argument;
import org.quorate.management.Operation;

/**
 * What the words of an unfinished line say.
 *
 * @param next the argument that the next word is, null if there is none
 * @param inOption whether the next word is the value of the option before it
 * @param group the group that is named, or its default
 */
record Typed(Argument next, boolean inOption, String group) {
  static Typed of(Operation operation, List<String> words) {
    List<Argument> places =
        new ArrayList<>(operation.arguments().stream().filter(Argument::placed).toList());
    Argument option = null;
    String group = "default";
    for (String word : words) {
      Argument taken;
      if (option != null) {
        taken = option;
        option = null;
      } else if (word.startsWith("--")) {
        option =
            operation.arguments().stream()
                .filter(a -> a.option().equals(word) && a.type() != Argument.Type.FLAG)
                .findFirst()
                .orElse(null);
        continue;
      } else {
        taken = places.isEmpty() ? null : places.remove(0);
      }
      if (taken != null && taken.name().equals("group")) {
        group = word;
      }
    }
    return option != null
        ? new Typed(option, true, group)
        : new Typed(places.isEmpty() ? null : places.get(0), false, group);
  }
}
