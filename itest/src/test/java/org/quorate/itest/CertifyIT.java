package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
      Thread.sleep(20);
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

  private static void kill(String node) throws Exception {
    ProcessHandle process = ProcessHandle.of(pid(node)).orElseThrow();
    process.destroyForcibly();
    process.onExit().get(60, TimeUnit.SECONDS);
  }

  private static JsonObject copy(NodeHttp node) throws InterruptedException {
    NodeHttp.Answer shown = node.ask("group.show", new JsonObject().put("group", "sst"));
    return shown.ok() ? shown.object() : new JsonObject();
  }

  private static String role(NodeHttp node) throws InterruptedException {
    return copy(node).getString("role", "");
  }

  /** Two give one snapshot; first who gets it is killed, then one of those who give it. */
  @Test
  void whoGetsAndWhoGivesASnapshotMayBeKilledInTheMiddle() throws Exception {
    Map<String, NodeHttp> nodes = new TreeMap<>();
    for (Object line : cli.ok("status", "--json").array()) {
      JsonObject node = (JsonObject) line;
      nodes.put(
          node.getString("node"), new NodeHttp(node.getString("node"), node.getString("http")));
    }
    List<String> create =
        new ArrayList<>(List.of("group", "create", "sst", "--strategy", "certify"));
    for (String option :
        List.of(
            "certify.donors=n1,n2,n3",
            "certify.log.retain.bytes=0",
            "checkpoint.ms=200",
            "snapshot.chunk.bytes=4096",
            "snapshot.rate.bytes=131072")) {
      create.addAll(List.of("--options", option));
    }
    cli.ok(create.toArray(String[]::new));
    settle("a sequencer", () -> copy(nodes.get("n1")).getString("leader") != null);
    kill("n3");
    Path file = directory.resolve("rows.csv");
    StringBuilder rows = new StringBuilder("id,text\n");
    for (int i = 0; i < 1_500; i++) {
      rows.append(i).append(',').append("row".repeat(130)).append(i).append('\n');
    }
    Files.writeString(file, rows);
    cli.ok("kv", "load", file.toString(), "--group", "sst", "--value-column", "text");
    settle(
        "logs that do not reach back",
        () ->
            Long.parseLong(
                    copy(nodes.get("n1"))
                        .getJsonObject("details", new JsonObject())
                        .getString("log.first", "0"))
                > 100);
    cli.ok("node", "start", "n3");
    Set<String> gave = new TreeSet<>();
    settle(
        "a snapshot from both",
        () -> {
          for (String donor : List.of("n1", "n2")) {
            if (role(nodes.get(donor)).equals("DONOR")) {
              gave.add(donor);
            }
          }
          return role(nodes.get("n3")).matches("SYNCED|DONOR")
              || gave.size() == 2 && role(nodes.get("n3")).equals("JOINER");
        });
    assertEquals(Set.of("n1", "n2"), gave);
    kill("n3");
    cli.ok("node", "start", "n3");
    settle("n3 to go on", () -> role(nodes.get("n3")).matches("JOINER|JOINED|SYNCED|DONOR"));
    String donor = "n1".equals(copy(nodes.get("n3")).getString("leader")) ? "n2" : "n1";
    kill(donor);
    cli.ok("node", "start", donor);
    settle(
        "equal states",
        () -> {
          Set<String> states = new TreeSet<>();
          for (NodeHttp node : nodes.values()) {
            JsonObject state = copy(node);
            String role = state.getString("role", "");
            states.add(
                role.matches("SYNCED|DONOR")
                    ? state.getString("gtid") + " " + state.getString("stateHash")
                    : node.name() + " is " + role);
          }
          return states.size() == 1 && states.iterator().next().contains(":");
        });
    String last = cli.ok("kv", "get", "1499", "--group", "sst").out();
    assertEquals("row".repeat(130) + "1499\n", last);
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
