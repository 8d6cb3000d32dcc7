package org.quorate.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Candidates for the word that is being typed. */
final class Completion {
  private final Map<String, NounCommand> commands;

  Completion(Map<String, NounCommand> commands) {
    this.commands = commands;
  }

  /**
   * What the last word of a line may become.
   *
   * @param others further commands of the session, as {@code scope:name}
   */
  List<String> candidates(String line, Set<String> others) {
    // Only what follows the last pipe or semicolon is the command being typed.
    String last = line.substring(Math.max(line.lastIndexOf('|'), line.lastIndexOf(';')) + 1);
    List<String> words = new ArrayList<>(List.of(last.stripLeading().split("\\s+", -1)));
    String typed = words.remove(words.size() - 1);
    Set<String> all = new TreeSet<>();
    if (words.isEmpty()) {
      commands.keySet().forEach(name -> all.add("quorate:" + name));
      all.add("quorate:help");
      all.addAll(others);
    } else {
      arguments(words, typed, all);
    }
    return all.stream().filter(c -> c.startsWith(typed)).toList();
  }

  private void arguments(List<String> words, String typed, Set<String> all) {
    String name = words.get(0).replaceFirst("^quorate:", "");
    if (name.equals("help")) {
      all.addAll(commands.keySet());
    }
    NounCommand command = commands.get(name);
    if (command == null) {
      return;
    }
    List<String> rest = words.subList(1, words.size());
    if (rest.isEmpty()) {
      all.addAll(command.firstWords());
    }
    all.addAll(command.candidates(rest, typed));
  }
}
