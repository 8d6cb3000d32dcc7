package org.quorate.cli.load;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.quorate.management.Json;

/**
 * How far the load of a file has come, in a file beside it: every record up to the number is
 * acknowledged. It only counts for the same file (size and time of change) and the same target.
 */
final class LoadCheckpoint {
  private final Path file;
  private final Map<String, Object> identity = new LinkedHashMap<>();

  LoadCheckpoint(Path source, String target) throws IOException {
    file = source.resolveSibling(source.getFileName() + ".loading");
    identity.put("size", Files.size(source));
    identity.put("modified", Files.getLastModifiedTime(source).toMillis());
    identity.put("target", target);
  }

  Path file() {
    return file;
  }

  /** Records that need not be sent again. */
  long read() throws IOException {
    if (!Files.exists(file)) {
      return 0;
    }
    JsonNode saved = Json.parse(Files.readString(file));
    boolean same =
        saved != null
            && identity.entrySet().stream()
                .allMatch(e -> saved.path(e.getKey()).asText().equals(e.getValue().toString()));
    return same ? saved.path("records").asLong() : 0;
  }

  void write(long records) throws IOException {
    Map<String, Object> content = new LinkedHashMap<>(identity);
    content.put("records", records);
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(part, Json.text(content));
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  void delete() throws IOException {
    Files.deleteIfExists(file);
  }
}
