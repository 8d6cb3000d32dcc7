package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.vertx.core.json.JsonArray;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each isolation level prevents, on three processes with many clients at all nodes. */
class IsolationIT {
  @TempDir static Path directory;
  private static Cli cli;

  @BeforeAll
  static void up() throws Exception {
    cli = new Cli(directory.resolve("data"));
    JsonArray nodes = cli.ok("up", "--detach", "--json", "--timeout", "180").array();
    assertEquals(3, nodes.size(), nodes.encode());
  }

  @AfterAll
  static void down() throws Exception {
    cli.ok("down");
  }

  private static Cli.Result run(String workload, String level, int clients) throws Exception {
    return cli.run(
        "bench",
        "--workload",
        workload,
        "--level",
        level,
        "--clients",
        "" + clients,
        "--spread",
        "all",
        "--seconds",
        "1",
        "--check",
        "--json");
  }

  @ParameterizedTest
  @CsvSource({
    "lost-update, snapshot",
    "lost-update, serializable",
    "write-skew, serializable",
    "stale-read, strict",
    "bank, snapshot",
    "bank, strict",
    "list-append, snapshot",
    "list-append, serializable",
    "list-append, strict",
    "counter, strict"
  })
  void theLevelHolds(String workload, String level) throws Exception {
    Cli.Result result = run(workload, level, 24);
    assertEquals(0, result.exit(), result.toString());
    assertEquals(0, result.object().getJsonArray("anomalies").size(), result.out());
    assertEquals(0, result.object().getLong("failed"), "aborts left the client library");
    assertTrue(result.object().getLong("commits") > 0, result.out());
  }

  /** The probe can fail: it finds what snapshots allow. */
  @Test
  void snapshotsAllowWriteSkewAndTheProbeSeesIt() throws Exception {
    for (int round = 0; round < 20; round++) {
      Cli.Result result = run("write-skew", "snapshot", 64);
      if (result.exit() == 5) {
        assertTrue(result.out().contains("nobody was on call"), result.out());
        return;
      }
    }
    fail("no write skew in twenty runs at SNAPSHOT");
  }
}
