package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Three processes under certify: one that stands still is set aside, none that dies is noticed. */
class CertifyIT {
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(120);
  private static final String LAG = "500";

  @TempDir static Path directory;
  private static Cli cli;

  @BeforeAll
  static void up() throws Exception {
    cli = new Cli(directory.resolve("data"));
    cli.ok("up", "--detach", "--strategy", "certify", "--timeout", "180");
    String budget = "certify.lag.slots=" + LAG;
    cli.ok("group", "create", "flow", "--strategy", "certify", "--options", budget);
  }

  @AfterAll
  static void down() throws Exception {
    cli.ok("down");
  }

  private static CompletableFuture<Cli.Result> bench(String... more) {
    List<String> words = new ArrayList<>(List.of("bench", "--json", "--clients", "12"));
    words.addAll(List.of(more));
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return cli.run(words.toArray(String[]::new));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static JsonObject seen(String node) throws Exception {
    return cli.ok("group", "show", "flow", "--node", node, "--json").object();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void settle(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + SETTLE_NANOS;
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited in vain for " + what + "\n" + seen("n1").encodePrettily());
      }
    }
  }

  private static void signal(long pid, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    assertEquals(0, kill.waitFor());
  }

  private static long pid(String node) throws Exception {
    JsonArray nodes = cli.ok("node", "list", "--json").array();
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.getJsonObject(i).getString("node").equals(node)) {
        return nodes.getJsonObject(i).getLong("pid");
      }
    }
    throw new AssertionError(nodes.encode());
  }

  private static boolean lagging(String at, String node) throws Exception {
    String peer = seen(at).getJsonObject("details").getString("peer." + node);
    return peer != null && peer.contains("lagging");
  }

  @Test
  void aMemberThatStandsStillIsSetAsideAndTakenBackWhileWritesGoOn() throws Exception {
    settle("a sequencer", () -> seen("n1").getString("leader") != null);
    String sequencer = seen("n1").getString("leader");
    String stopped = sequencer.equals("n3") ? "n2" : "n3";
    CompletableFuture<Cli.Result> load =
        bench("--workload", "disjoint", "--group", "flow", "--seconds", "25");
    settle("the load to be under way", () -> seen("n1").getLong("version") > 100);
    long pid = pid(stopped);
    signal(pid, "STOP");
    long atLagging;
    try {
      settle("it to be set aside", () -> lagging(sequencer, stopped));
      atLagging = seen("n1").getLong("version");
      settle("writes to go on", () -> seen("n1").getLong("version") > atLagging + 100);
      assertTrue(lagging(sequencer, stopped), "nobody waits for it");
    } finally {
      signal(pid, "CONT");
    }
    settle("it to be taken back", () -> !lagging(sequencer, stopped));
    settle("it to be synced", () -> seen(stopped).getString("role").matches("SYNCED|DONOR"));
    Cli.Result result = load.get(240, TimeUnit.SECONDS);
    assertEquals(0, result.exit(), result.toString());
    assertEquals(0, result.object().getLong("failed"), result.out());
    settle(
        "equal states",
        () -> seen("n1").getString("stateHash").equals(seen(stopped).getString("stateHash")));
  }

  /** The probes find nothing while one node after the other is killed and started again. */
  @ParameterizedTest
  @CsvSource({
    "lost-update, snapshot",
    "write-skew, serializable",
    "stale-read, strict",
    "list-append, strict"
  })
  void killedNodesLeaveNoAnomaly(String workload, String level) throws Exception {
    CompletableFuture<Cli.Result> probe =
        bench(
            "--workload",
            workload,
            "--level",
            level,
            "--spread",
            "all",
            "--seconds",
            "12",
            "--check");
    for (String node : List.of("n2", "n3", "n1")) {
      if (!probe.isDone()) {
        cli.ok("node", "kill", node);
        cli.ok("node", "start", node);
      }
    }
    Cli.Result result = probe.get(240, TimeUnit.SECONDS);
    assertEquals(0, result.exit(), result.toString());
    assertEquals(0, result.object().getJsonArray("anomalies").size(), result.out());
    assertTrue(result.object().getLong("commits") > 0, result.out());
  }
}
