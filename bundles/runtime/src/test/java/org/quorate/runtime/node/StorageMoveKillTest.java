package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node on real files is killed in each phase of a move; every acknowledged count is there then. */
class StorageMoveKillTest {
  /** Far more than a child needs; one that hangs is ended, and what it has told says where. */
  private static final long LIMIT_S = 90;

  @TempDir Path folder;

  private long acknowledged;

  @Test
  void aKillInAnyPhaseLosesNothing() throws Exception {
    List<String> killedAt =
        List.of(
            "storage.preparing",
            "storage.copying_log",
            "storage.copying_state",
            "storage.switching",
            "storage.cleaning",
            "storage.done");
    for (int i = 0; i < killedAt.size(); i++) {
      run(killedAt.get(i), 1 + i % 2);
    }
    try (TestCluster cluster = TestCluster.serving(folder, 1)) {
      assertEquals(List.of(), cluster.broken);
    }
  }

  /** Runs the child and kills it when it has told of a phase so often. */
  private void run(String phase, int times) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StorageMoveChild.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    CompletableFuture.delayedExecutor(LIMIT_S, TimeUnit.SECONDS).execute(child::destroyForcibly);
    String last = "nothing";
    try (BufferedReader told =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      boolean first = true;
      int left = times;
      for (String line; (line = told.readLine()) != null; ) {
        if (line.startsWith("count ")) {
          long sum = Long.parseLong(line.substring(6));
          // One more may have been executed whose answer the kill has cut off.
          assertTrue(
              first ? sum == acknowledged + 1 || sum == acknowledged + 2 : sum == acknowledged + 1,
              "count " + sum + " after " + acknowledged + ", before the kill at " + phase);
          first = false;
          acknowledged = sum;
        } else {
          last = line;
          // It may have told of it again before the kill hits it.
          if (left > 0 && line.equals(phase) && --left == 0) {
            child.toHandle().destroyForcibly(); // and what it has told can still be read
          }
        }
      }
      assertEquals(0, left, "the child ended, or took too long, before " + phase + "; at " + last);
    } finally {
      child.destroyForcibly();
      assertTrue(child.waitFor(30, TimeUnit.SECONDS));
    }
  }
}
