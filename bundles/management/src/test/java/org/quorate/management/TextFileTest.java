package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
  private static final FailoverDetailView ANSWER =
      new FailoverDetailView(null, "", null, "<täble/>\n");

  @TempDir Path directory;

  @Test
  void theTextIsWrittenToANewFileOnly() throws IOException {
    Path file = directory.resolve("detail.xml");
    assertEquals("written to " + file, TextFile.write(file, ANSWER).message());
    assertEquals("<täble/>\n", Files.readString(file));
    refused(file, "already");
    Path nowhere = directory.resolve("no").resolve("detail.xml");
    refused(nowhere, "no directory for " + nowhere);
    refused(directory.resolve("x".repeat(300)), "cannot be written");
  }

  private void refused(Path file, String why) {
    OperationException e =
        assertThrows(OperationException.class, () -> TextFile.write(file, Json.tree(ANSWER)));
    assertEquals(FailureCode.BAD_REQUEST, e.failure().code());
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  @Test
  void itIsTypedBehindWhatIsRequiredAndNeverSent() {
    Operation detail = Operations.table().get("failover.detail");
    Map<String, Object> typed = CommandLine.parse(detail, List.of("42", "a.xml", "--root", "r"));
    assertEquals(Map.of("id", "42", "file", "a.xml", "root", "r"), typed);
    assertEquals(Map.of("id", "42"), CommandLine.parse(detail, List.of("42")));
    assertTrue(CommandLine.usage(detail).startsWith("failover detail <id> [file] [--group"));
    OperationException e =
        assertThrows(OperationException.class, () -> Arguments.check(detail, typed));
    assertTrue(e.getMessage().contains("unknown argument 'file'"), e.getMessage());
  }
}
