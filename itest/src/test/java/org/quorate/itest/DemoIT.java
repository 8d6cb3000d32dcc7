package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job on real input: a load, a SIGKILL, nothing lost, nothing doubled. */
class DemoIT {
  @TempDir Path directory;

  @Test
  void theDemonstrationPasses() throws Exception {
    JsonObject report = new Cli(directory).ok("demo", "--json").object();
    assertEquals(34_924, report.getLong("acknowledged"));
    assertEquals(0, report.getLong("lost"));
    assertEquals(0, report.getLong("doubled"));
    assertEquals(0, report.getLong("missing"));
    assertTrue(report.getBoolean("equalHashes"));
    assertTrue(report.getLong("withoutLeaderMs") >= 0, report.encode());
    for (int i = 0; i < 3; i++) {
      assertEquals(34_924, report.getJsonArray("nodes").getJsonObject(i).getLong("present"));
    }
  }
}
