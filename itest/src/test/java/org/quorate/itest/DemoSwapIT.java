package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Swaps to and fro under the load of counting clients: nothing fails, is lost or done twice. */
class DemoSwapIT {
  private static final int SWAPS = 3;

  @TempDir Path directory;

  @Test
  void theDemonstrationPasses() throws Exception {
    Cli.Result result =
        new Cli(directory)
            .ok("demo", "swap", "--swaps", "" + SWAPS, "--warmup", "2", "--load", "50", "--json");
    JsonObject report = result.object();
    assertTrue(report.getBoolean("passed"), report.encode());
    assertEquals(0, report.getLong("failed"));
    assertEquals(0, report.getLong("lost"));
    assertEquals(0, report.getLong("doubled"));
    assertTrue(report.getBoolean("equalHashes"));
    assertTrue(report.getLong("acknowledged") > 0);
    assertEquals(SWAPS, report.getJsonArray("rounds").size());
    assertEquals("certify", report.getJsonArray("rounds").getJsonObject(0).getString("to"));
    for (int i = 0; i < 3; i++) {
      JsonObject node = report.getJsonArray("nodes").getJsonObject(i);
      assertEquals("certify", node.getString("strategy"), node.encode());
      assertEquals(SWAPS + 1, node.getInteger("epoch"), node.encode());
      assertEquals(report.getLong("acknowledged"), node.getLong("sum"), node.encode());
    }
    assertTrue(result.err().contains("swap 1, raft to certify: pause "), result.err());
    assertTrue(result.err().contains("/s  no answer for "), result.err());
  }

  @Test
  void optionsOutOfTheirRangeAreRefusedBeforeAnythingStarts() throws Exception {
    Cli.Result result = new Cli(directory).run("demo", "swap", "--between", "raft");
    assertEquals(2, result.exit(), result.toString());
    assertTrue(result.err().contains("--between at least two"), result.err());
  }
}
