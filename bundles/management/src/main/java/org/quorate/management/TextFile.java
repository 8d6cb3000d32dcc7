package org.quorate.management;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where the text of an answer goes when somebody names a file for it. */
public final class TextFile {
  private TextFile() {}

  /**
   * Writes the field {@code text} of an answer to a new file.
   *
   * @throws OperationException if there is one already, or it cannot be written
   */
  public static DoneView write(Path file, Object answer) {
    JsonNode tree = answer instanceof JsonNode node ? node : Json.tree(answer);
    String text = tree.path("text").asText();
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
      return new DoneView(true, "written to " + file);
    } catch (FileAlreadyExistsException e) {
      throw refused("there is a file " + file + " already", "name another", e);
    } catch (NoSuchFileException e) {
      throw refused("no directory for " + file, "make it, or name another", e);
    } catch (IOException e) {
      throw refused(file + " cannot be written: " + e.getMessage(), "name another", e);
    }
  }

  private static OperationException refused(String what, String next, IOException e) {
    return new OperationException(FailureCode.BAD_REQUEST, what, next, e);
  }
}
