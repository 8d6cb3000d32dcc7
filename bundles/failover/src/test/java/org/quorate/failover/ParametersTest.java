package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.spi.config.Options;
import org.quorate.spi.failover.FailoverException;

class ParametersTest {
  @Test
  void theManualHasThem() throws IOException {
    List<String> documented =
        Files.readAllLines(Path.of("..", "..", "docs", "failover.md")).stream()
            .filter(line -> line.startsWith("| `fo."))
            .toList();
    List<String> known =
        FailoverParameters.all().stream()
            .map(
                p ->
                    String.format(
                        "| `%s` | %s | %s | %d to %d | %s |",
                        p.name(), p.unit(), p.fallback(), p.min(), p.max(), p.description()))
            .toList();
    assertEquals(known, documented);
  }

  @Test
  void theLeaseIsThreeHeartbeats() {
    Options options = new Options(Map.of("fo.hb.ms", "2001"));
    FailoverException e =
        assertThrows(FailoverException.class, () -> FailoverParameters.settings(options));
    assertEquals(
        "fo.lease.ms is 6000; with fo.hb.ms 2001 it goes from 6003 to 600000", e.getMessage());
  }

  @Test
  void textsAreChecked() {
    Settings s = FailoverParameters.settings(Map.of("fo.hb.ms", " 200 ", "fo.lease.ms", "1000"));
    assertEquals(1000, s.leaseMs());
    Map<String, String> wrong =
        Map.of("fo.lease", "1000", "fo.lease.ms", "999", "fo.hb.ms", "soon");
    wrong.forEach(
        (name, value) -> {
          FailoverException e =
              assertThrows(
                  FailoverException.class, () -> FailoverParameters.settings(Map.of(name, value)));
          assertEquals(FailoverException.Code.INVALID, e.code());
          assertTrue(e.getMessage().contains(name), e.getMessage());
        });
  }

  @Test
  void backOffDoublesUpToAMinute() {
    Settings s = FailoverParameters.settings(Options.DEFAULTS);
    assertEquals(
        List.of(1000L, 2000L, 4000L, 32_000L, 60_000L, 60_000L),
        List.of(1, 2, 3, 6, 7, 1_000_000).stream().map(s::backoff).toList());
  }
}
