package org.quorate.tck.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Plays every file of the resource folder {@code transcripts} and compares. With {@code
 * -Dtranscripts.rewrite=DIR} the outcome is written to DIR (the source folder) instead, for the diff to
 * be reviewed.
 */
public abstract class TranscriptContract {
  /** The verbs on a cluster without nodes. */
  protected abstract TranscriptCommands<?> commands();

  @TestFactory
  final List<DynamicTest> transcripts() throws IOException, URISyntaxException {
    String rewrite = System.getProperty("transcripts.rewrite");
    Path folder =
        rewrite != null
            ? Path.of(rewrite)
            : Path.of(getClass().getResource("/transcripts").toURI());
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .filter(f -> f.toString().endsWith(".txt"))
          .sorted()
          .forEach(f -> tests.add(test(f, rewrite != null)));
    }
    assertFalse(tests.isEmpty());
    return tests;
  }

  private DynamicTest test(Path file, boolean rewrite) {
    return DynamicTest.dynamicTest(
        file.getFileName().toString(),
        () -> {
          String played = Transcript.play(file, commands());
          if (rewrite) {
            Files.writeString(file, played);
          } else {
            assertEquals(Files.readString(file), played);
          }
        });
  }
}
