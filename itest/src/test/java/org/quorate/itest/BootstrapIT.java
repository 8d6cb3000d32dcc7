package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed for ever, the one that is left made the group, and one that returns. */
class BootstrapIT {
  private static final long SETTLE_MS = 60_000;

  @TempDir static Path directory;

  @Test
  void theLastNodeGoesOnAndAnOldOneIsRefusedExportedAndSeededAnew() throws Exception {
    Cli cli = new Cli(directory.resolve("data"));
    cli.ok("up", "--detach", "--strategy", "certify", "--timeout", "180");
    try {
      run(cli);
    } finally {
      cli.ok("down");
    }
  }

  private static void run(Cli cli) throws Exception {
    cli.ok("kv", "put", "everybody", "1");
    cli.ok("node", "kill", "n1");
    cli.ok("kv", "put", "beyond", "2");
    cli.ok("node", "kill", "n2");
    cli.ok("node", "kill", "n3");
    cli.ok("node", "start", "n1");
    settle("n1 to be open", () -> show(cli, "n1").getString("state").equals("RUNNING"));
    final String before = history(cli, "n1");
    JsonObject plan =
        cli.ok("group", "bootstrap", "default", "--node", "n1", "--dry-run", "--json").object();
    assertTrue(plan.getString("lost").contains("n2"), plan.encode());
    assertEquals(before, history(cli, "n1"));
    cli.ok("group", "bootstrap", "default", "--node", "n1");
    cli.ok("kv", "put", "new", "3");
    assertNotEquals(before, history(cli, "n1"));

    cli.ok("node", "start", "n2");
    settle("n2 to be refused", () -> show(cli, "n2").getString("state").equals("FORKED"));
    String why = show(cli, "n2").getString("why");
    assertTrue(why.contains(before) && why.contains(history(cli, "n1")), why);

    JsonObject report = cli.ok("group", "reseed", "default", "--node", "n2", "--json").object();
    try (Stream<String> lines = Files.lines(Path.of(report.getString("file")))) {
      List<JsonObject> exported = lines.map(JsonObject::new).toList();
      assertEquals(before, exported.get(0).getString("history"));
      assertTrue(
          exported.stream().anyMatch(line -> line.encode().contains("\"key\":\"beyond\"")),
          exported.toString());
      assertTrue(
          exported.stream().noneMatch(line -> line.encode().contains("\"key\":\"everybody\"")),
          exported.toString());
    }
    settle(
        "n2 to have the group's state",
        () ->
            show(cli, "n2").getString("state").equals("RUNNING")
                && show(cli, "n2").getString("gtid").equals(show(cli, "n1").getString("gtid")));
    assertEquals("3\n", cli.ok("kv", "get", "new").out());
  }

  private static JsonObject show(Cli cli, String node) throws Exception {
    return cli.ok("group", "show", "default", "--node", node, "--json").object();
  }

  private static String history(Cli cli, String node) throws Exception {
    return show(cli, node).getString("gtid").split(":")[0];
  }

  private interface Check {
    boolean holds() throws Exception;
  }

  private static void settle(String what, Check check) throws Exception {
    long deadline = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (!check.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited for " + what);
      }
      Thread.sleep(100);
    }
  }
}
