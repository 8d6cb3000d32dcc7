package org.quorate.distribution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code cnf/assembly/bundles.txt} says. A line is a word and a name: a start level (the bundle
 * is installed and started there), a start level and {@code f} (a fragment, only installed),
 * {@code lib} (a jar beside the framework) or {@code -} (left out on purpose).
 */
final class BundleList {
  private final Map<String, Integer> levels = new LinkedHashMap<>();
  private final Set<String> fragments = new LinkedHashSet<>();
  private final Set<String> libraries = new LinkedHashSet<>();
  private final Set<String> leftOut = new LinkedHashSet<>();
  private final List<String> problems = new ArrayList<>();

  static BundleList parse(Path file) throws IOException {
    BundleList list = new BundleList();
    for (String line : Assemble.lines(file)) {
      list.add(line);
    }
    return list;
  }

  private void add(String line) {
    String[] words = line.split("\\s+");
    if (words.length != 2) {
      problems.add("cannot read this line of the bundle list: " + line);
    } else if (knows(words[1])) {
      problems.add(words[1] + " is listed twice");
    } else if (words[0].equals("-")) {
      leftOut.add(words[1]);
    } else if (words[0].equals("lib")) {
      libraries.add(words[1]);
    } else if (words[0].matches("[1-9]f?")) {
      levels.put(words[1], Integer.parseInt(words[0].substring(0, 1)));
      if (words[0].endsWith("f")) {
        fragments.add(words[1]);
      }
    } else {
      problems.add("cannot read this line of the bundle list: " + line);
    }
  }

  /** Start level by symbolic name, in the order of the list. */
  Map<String, Integer> levels() {
    return levels;
  }

  Set<String> libraries() {
    return libraries;
  }

  List<String> problems() {
    return problems;
  }

  boolean isFragment(String name) {
    return fragments.contains(name);
  }

  boolean knows(String name) {
    return levels.containsKey(name) || libraries.contains(name) || leftOut.contains(name);
  }
}
