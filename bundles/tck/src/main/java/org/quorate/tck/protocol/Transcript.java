package org.quorate.tck.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A scenario as text: {@code > command} lines, the recorded outcome indented beneath, {@code #}
 * comments. Playing it again must give the same text.
 */
public final class Transcript {
  private Transcript() {}

  /** The text with the outcome that the commands have now. */
  public static String play(Path file, TranscriptCommands<?> commands) throws IOException {
    List<String> played = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (line.startsWith("> ")) {
        played.add(line);
        played.addAll(outcome(commands, line.substring(2).trim(), file, number));
      } else if (!line.startsWith("  ")) {
        played.add(line);
      }
    }
    return String.join("\n", played) + "\n";
  }

  private static List<String> outcome(
      TranscriptCommands<?> commands, String line, Path file, int number) {
    try {
      List<String> outcome = new ArrayList<>();
      for (String said : commands.execute(line.split(" +"))) {
        outcome.add("  " + said);
      }
      return outcome;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(file.getFileName() + ":" + number + " " + line + ": " + e, e);
    }
  }
}
