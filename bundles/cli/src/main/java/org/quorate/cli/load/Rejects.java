package org.quorate.cli.load;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.quorate.management.Json;

/**
 * Writes records that were refused: a JSON object a line with line number, reason and the record.
 * The file is made with the first of them. Thread-safe.
 */
final class Rejects implements AutoCloseable {
  private static final int EXCERPT = 2000;

  private final Path file;
  private final boolean append;
  private BufferedWriter writer;
  private long count;

  Rejects(Path file, boolean append) {
    this.file = file;
    this.append = append;
  }

  synchronized void add(RawRecord raw, String reason) {
    String text = new String(raw.content(), StandardCharsets.UTF_8);
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("line", raw.line());
    entry.put("reason", reason);
    entry.put("record", text.length() > EXCERPT ? text.substring(0, EXCERPT) + "…" : text);
    try {
      if (writer == null) {
        writer =
            append
                ? Files.newBufferedWriter(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                : Files.newBufferedWriter(file);
      }
      writer.write(Json.text(entry));
      writer.newLine();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
    count++;
  }

  /** Before it is noted that what is in here need not be looked at again. */
  synchronized void flush() throws IOException {
    if (writer != null) {
      writer.flush();
    }
  }

  synchronized long count() {
    return count;
  }

  @Override
  public synchronized void close() throws IOException {
    if (writer != null) {
      writer.close();
    }
  }
}
