package org.quorate.itest.user;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalTime;
import java.util.List;

/** What a user did and saw, a line each with its time, in a file that outlives its process. */
final class Diary {
  private final Path file;

  Diary(Path file) {
    this.file = file;
  }

  synchronized void note(String line) {
    try {
      Files.writeString(
          file,
          LocalTime.now() + " " + line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What follows such a word in each of its lines that begin so. */
  synchronized List<String> said(String word) {
    try {
      return !Files.exists(file)
          ? List.of()
          : Files.readAllLines(file).stream()
              .map(line -> line.substring(line.indexOf(' ') + 1))
              .filter(line -> line.startsWith(word + " "))
              .map(line -> line.substring(word.length() + 1))
              .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
