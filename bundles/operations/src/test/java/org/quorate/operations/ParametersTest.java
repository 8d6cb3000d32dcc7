package org.quorate.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.spi.config.Options;
import org.quorate.spi.operations.OperationException;

class ParametersTest {
  @Test
  void theManualHasThem() throws IOException {
    List<String> documented =
        Files.readAllLines(Path.of("..", "..", "docs", "cluster-operations.md")).stream()
            .filter(line -> line.startsWith("| `op."))
            .toList();
    List<String> known =
        OperationParameters.all().stream()
            .map(
                p ->
                    String.format(
                        "| `%s` | %s | %s | %d to %d | %s |",
                        p.name(), p.unit(), p.fallback(), p.min(), p.max(), p.description()))
            .toList();
    assertEquals(known, documented);
  }

  @Test
  void whatIsNoneIsRefused() {
    assertEquals(300, OperationParameters.settings(Map.of("op.hb.ms", " 300 ")).heartbeatMs());
    for (Map<String, String> wrong :
        List.of(Map.of("op.x", "1"), Map.of("op.hb.ms", "1"), Map.of("op.hb.ms", "x"))) {
      assertThrows(OperationException.class, () -> OperationParameters.settings(wrong));
    }
  }

  @Test
  void theLeaseIsThreeHeartbeats() {
    Options options = new Options(Map.of("op.hb.ms", "2001"));
    OperationException e =
        assertThrows(OperationException.class, () -> OperationParameters.settings(options));
    assertEquals(
        "op.lease.ms is 6000; with op.hb.ms 2001 it goes from 6003 to 600000", e.getMessage());
  }
}
