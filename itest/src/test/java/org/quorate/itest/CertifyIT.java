package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/** Three processes without a leader: a user's day, then one that stands still, then kills in turn. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CertifyIT {
  private static final String LAG = "500";
  private static final int LOADS = 12;
  private static final long LAST_MS = 60_000;
  private static final int PROBE_S = 10;

  @TempDir static Path directory;
  private static Cli cli;
  private static RunningCluster cluster;

  @BeforeAll
  static void up() throws Exception {
    cli = new Cli(directory.resolve("data"));
    cluster = new RunningCluster(cli);
    JsonArray nodes =
        cli.ok("up", "--detach", "--json", "--timeout", "180", "--strategy", "certify").array();
    assertEquals(3, nodes.size(), nodes.encode());
    JsonObject group = cli.ok("group", "show", "default", "--json").object();
    assertEquals("certify", group.getString("strategy"));
  }

  @AfterAll
  static void down() throws Exception {
    cli.ok("down");
  }

  // ---- a user's day ------------------------------------------------------------------------

  @Test
  @Order(1)
  void everyNodeTakesWritesAndReads() throws Exception {
    for (String node : new String[] {"n1", "n2", "n3"}) {
      String put = cli.ok("shell", node, "-c", "quorate:kv put at-" + node + " from-" + node).out();
      assertTrue(put.startsWith("REVISION"), put);
    }
    Cli.Result txn = cli.ok("kv", "txn", "put lock me", "--when", "lock absent", "--json");
    assertTrue(txn.object().getBoolean("succeeded"), txn.out());
    for (String node : new String[] {"n1", "n2", "n3"}) {
      String got = cli.ok("shell", node, "-c", "quorate:kv get at-n3").out();
      assertTrue(got.contains("from-n3"), got);
    }
  }

  @Test
  @Order(2)
  void aKilledMemberIsNotMissed() throws Exception {
    killAndRestart(cluster.leader().equals("n1") ? "n2" : "n1", "member");
  }

  @Test
  @Order(3)
  void aKilledSequencerIsReplaced() throws Exception {
    killAndRestart(cluster.leader(), "sequencer");
  }

  private static void killAndRestart(String victim, String key) throws Exception {
    cli.ok("kv", "put", key, "before");
    cli.ok("node", "kill", victim);
    assertEquals(5, cli.run("doctor").exit());
    assertEquals("before\n", cli.ok("kv", "get", key, "--timeout", "120").out());
    cli.ok("kv", "put", key, "meanwhile", "--timeout", "120");
    assertNotEquals(victim, cluster.leader());
    cli.ok("node", "start", victim);
    cluster.settle("equal states", cluster::equalStates);
    String got = cli.ok("shell", victim, "-c", "quorate:kv get " + key).out();
    assertTrue(got.contains("meanwhile"), got);
  }

  @Test
  @Order(4)
  void theDoctorFindsNothing() throws Exception {
    cluster.settle("a healthy cluster", () -> cli.run("doctor").exit() == 0);
  }

  /** On a whole cluster a transaction that loses is run again until it commits. */
  @Test
  @Order(5)
  void workloadsFindNothingAndNoAbortLeavesTheClient() throws Exception {
    Map<String, CompletableFuture<Cli.Result>> runs = new TreeMap<>();
    for (String workload : new String[] {"bank", "counter", "disjoint"}) {
      runs.put(workload, probe(workload, "strict", 1));
    }
    for (Map.Entry<String, CompletableFuture<Cli.Result>> each : runs.entrySet()) {
      JsonObject found = sound(each.getKey(), each.getValue());
      assertEquals(0, found.getLong("failed"), found.encode());
    }
  }

  // ---- one that stands still ---------------------------------------------------------------

  private static JsonObject seen(NodeHttp node) throws Exception {
    NodeHttp.Answer shown = node.ask("group.show", new JsonObject().put("group", "flow"));
    assertTrue(shown.ok(), shown.toString());
    return shown.object();
  }

  private static boolean lagging(NodeHttp at, String node) throws Exception {
    String peer = seen(at).getJsonObject("details").getString("peer." + node);
    return peer != null && peer.contains("lagging");
  }

  private static void signal(long pid, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    assertEquals(0, kill.waitFor());
  }

  @Test
  @Order(6)
  void aMemberThatStandsStillIsSetAsideAndTakenBackWhileWritesGoOn() throws Exception {
    String budget = "certify.lag.slots=" + LAG;
    cli.ok("group", "create", "flow", "--strategy", "certify", "--options", budget);
    Map<String, NodeHttp> nodes = new TreeMap<>();
    for (String name : new String[] {"n1", "n2", "n3"}) {
      nodes.put(name, new NodeHttp(name, cluster.line(name).getString("http")));
    }
    NodeHttp n1 = nodes.get("n1");
    AtomicReference<String> leader = new AtomicReference<>();
    cluster.settle(
        "a sequencer",
        () -> {
          leader.set(seen(n1).getString("leader"));
          return leader.get() != null;
        });
    String sequencer = leader.get();
    NodeHttp at = nodes.get(sequencer);
    String stopped = sequencer.equals("n3") ? "n2" : "n3";
    try (QuorateClient client =
        QuorateClient.connect(ClientOptions.of(cluster.line("n1").getString("client")))) {
      CountingLoad load = CountingLoad.heavy(new KvClient(client.group("flow")), LOADS);
      cluster.settle("the load to be under way", () -> load.acknowledged() > 100);
      long pid = cluster.line(stopped).getLong("pid");
      signal(pid, "STOP");
      try {
        cluster.settle("it to be set aside", () -> lagging(at, stopped));
        int then = load.acknowledged();
        cluster.settle("writes to go on", () -> load.acknowledged() > then + 100);
        assertTrue(lagging(at, stopped), "nobody waits for it");
      } finally {
        signal(pid, "CONT");
      }
      cluster.settle("it to be taken back", () -> !lagging(at, stopped));
      cluster.settle(
          "it to be synced",
          () -> seen(nodes.get(stopped)).getString("role").matches("SYNCED|DONOR"));
      load.endsExact(LAST_MS);
      cluster.settle(
          "equal states",
          () -> {
            JsonObject there = seen(nodes.get(stopped));
            return seen(n1).getLong("version").equals(there.getLong("version"))
                && seen(n1).getString("stateHash").equals(there.getString("stateHash"));
          });
    }
  }

  // ---- kills in turn -----------------------------------------------------------------------

  private static CompletableFuture<Cli.Result> probe(String workload, String level, int seconds) {
    String[] words = {
      "bench",
      "--workload",
      workload,
      "--level",
      level,
      "--clients",
      "6",
      "--spread",
      "all",
      "--seconds",
      "" + seconds,
      "--check",
      "--json"
    };
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return cli.run(words);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        command -> new Thread(command, "probe " + workload).start());
  }

  private static JsonObject sound(String workload, CompletableFuture<Cli.Result> run)
      throws Exception {
    Cli.Result result = run.get(240, TimeUnit.SECONDS);
    assertEquals(0, result.exit(), workload + ": " + result);
    JsonObject found = result.object();
    assertEquals(0, found.getJsonArray("anomalies").size(), result.out());
    assertTrue(found.getLong("commits") > 0, result.out());
    return found;
  }

  /** Four probes at once find nothing while one node, then two at once are killed and started again. */
  @Test
  @Order(7)
  void killedNodesLeaveNoAnomaly() throws Exception {
    Map<String, String> levels =
        Map.of(
            "lost-update", "snapshot",
            "write-skew", "serializable",
            "stale-read", "strict",
            "list-append", "strict");
    Map<String, CompletableFuture<Cli.Result>> probes = new TreeMap<>();
    levels.forEach((workload, level) -> probes.put(workload, probe(workload, level, PROBE_S)));
    NodeHttp n1 = new NodeHttp("n1", cluster.line("n1").getString("http"));
    long before = version(n1);
    cluster.settle("the probes to be under way", () -> version(n1) > before + 100);
    for (String nodes : new String[] {"n2", "n3 n1"}) {
      for (String node : nodes.split(" ")) {
        cli.ok("node", "kill", node);
      }
      for (String node : nodes.split(" ")) {
        cli.ok("node", "start", node);
      }
    }
    for (Map.Entry<String, CompletableFuture<Cli.Result>> each : probes.entrySet()) {
      sound(each.getKey(), each.getValue());
    }
  }

  private static long version(NodeHttp node) throws Exception {
    NodeHttp.Answer shown = node.ask("group.show", new JsonObject().put("group", "default"));
    return shown.ok() ? shown.object().getLong("version") : 0;
  }

  // ---- snapshots ---------------------------------------------------------------------------

  private static void kill(String node) throws Exception {
    ProcessHandle process = ProcessHandle.of(cluster.line(node).getLong("pid")).orElseThrow();
    Killed.all(List.of(process));
  }

  private static JsonObject copy(NodeHttp node) throws InterruptedException {
    NodeHttp.Answer shown = node.ask("group.show", new JsonObject().put("group", "sst"));
    return shown.ok() ? shown.object() : new JsonObject();
  }

  private static long slot(NodeHttp node, String detail) throws InterruptedException {
    JsonObject details = copy(node).getJsonObject("details", new JsonObject());
    return Long.parseLong(details.getString(detail, "0"));
  }

  private static String role(NodeHttp node) throws InterruptedException {
    return copy(node).getString("role", "");
  }

  /** The snapshots that a node has kept, by their names: their points and numbers. */
  private static Set<String> snapshots(String node) throws Exception {
    try (Stream<Path> files = Files.list(directory.resolve("data/" + node + "/data/state/sst"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".snap"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Two give one snapshot; first who gets it is killed, then one of those who give it. */
  @Test
  @Order(9)
  void whoGetsAndWhoGivesASnapshotMayBeKilledInTheMiddle() throws Exception {
    Map<String, NodeHttp> nodes = new TreeMap<>();
    for (String name : new String[] {"n1", "n2", "n3"}) {
      nodes.put(name, new NodeHttp(name, cluster.line(name).getString("http")));
    }
    String options =
        "certify.donors=n1,n2,n3,certify.log.retain.bytes=0,checkpoint.ms=200,"
            + "snapshot.chunk.bytes=4096,snapshot.rate.bytes=262144";
    cli.ok("group", "create", "sst", "--strategy", "certify", "--options", options);
    cluster.settle("a sequencer", () -> copy(nodes.get("n1")).getString("leader") != null);
    kill("n3");
    final long known = slot(nodes.get("n1"), "stable");
    Path file = directory.resolve("rows.csv");
    StringBuilder rows = new StringBuilder("id,text\n");
    for (int i = 0; i < 1_500; i++) {
      rows.append(i).append(',').append("row".repeat(130)).append(i).append('\n');
    }
    Files.writeString(file, rows);
    cli.ok("kv", "load", file.toString(), "--group", "sst", "--value-column", "text");
    cluster.settle(
        "logs that do not reach back", () -> slot(nodes.get("n1"), "log.first") > known + 1);
    cli.ok("node", "start", "n3");
    cluster.settle("a snapshot", () -> role(nodes.get("n3")).matches("JOINER|SYNCED|DONOR"));
    kill("n3");
    cli.ok("node", "start", "n3");
    cluster.settle(
        "n3 to go on", () -> role(nodes.get("n3")).matches("JOINER|JOINED|SYNCED|DONOR"));
    cluster.settle(
        "the same snapshot at both",
        () -> !snapshots("n1").isEmpty() && snapshots("n1").equals(snapshots("n2")));
    String donor = "n1".equals(copy(nodes.get("n3")).getString("leader")) ? "n2" : "n1";
    kill(donor);
    cli.ok("node", "start", donor);
    cluster.settle(
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
}
