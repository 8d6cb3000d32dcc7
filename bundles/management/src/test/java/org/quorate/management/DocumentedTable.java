package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A table of docs/reference that is made from code. {@code -Dquorate.docs.write=true} writes it,
 * otherwise a difference fails the test.
 */
final class DocumentedTable {
  private DocumentedTable() {}

  /** Compares what stands between the marks of this name. */
  static void check(String file, String name, String table) throws IOException {
    Path path = Path.of("..", "..", "docs", "reference", file);
    String text = Files.readString(path);
    String begin = "<!-- " + name + ": generated -->\n";
    String end = "<!-- " + name + ": end -->\n";
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    assertTrue(from >= 0 && to > from, path + " has no marks for " + name);
    String found = text.substring(from + begin.length(), to);
    if (Boolean.getBoolean("quorate.docs.write")) {
      Files.writeString(
          path, text.substring(0, from + begin.length()) + table + text.substring(to));
    } else {
      assertEquals(
          table, found, path + " is out of date: run the test with -Dquorate.docs.write=true");
    }
  }
}
