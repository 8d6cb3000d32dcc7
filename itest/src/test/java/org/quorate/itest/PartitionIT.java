package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/** Real processes, and a network between them that loses what it is told to lose. */
class PartitionIT {
  private static final int ROWS = 20_000;
  private static final int LOADS = 12;
  private static final long LAST_MS = 60_000;

  @TempDir static Path directory;
  private static ProxiedCluster cluster;

  @BeforeAll
  static void up() throws Exception {
    cluster = new ProxiedCluster(directory.resolve("data"));
  }

  @AfterAll
  static void down() throws Exception {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void anIsolatedLeaderStepsDownAndNothingAcknowledgedIsLost() throws Exception {
    Path file = directory.resolve("rows.csv");
    StringBuilder rows = new StringBuilder("id,name\n");
    for (int i = 0; i < ROWS; i++) {
      rows.append(i).append(",row ").append(i).append('\n');
    }
    Files.writeString(file, rows);
    String isolated = cluster.leader();
    CompletableFuture<Cli.Result> load =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return cluster.cli().run("kv", "load", file.toString(), "--prefix", "row/");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    cluster.settle(
        "the load to be under way",
        () ->
            cluster.status().get(isolated).getValue("version") instanceof Number n
                && n.longValue() > 0);
    cluster.connect(isolated, false, false);
    cluster.settle(
        "another leader, and the isolated one to step down",
        () -> cluster.leaders().size() == 1 && !cluster.leaders().contains(isolated));
    Cli.Result loaded = load.get(240, TimeUnit.SECONDS);
    assertEquals(0, loaded.exit(), loaded.toString());
    cluster.connect(isolated, true, true);
    cluster.settle("equal states", cluster::equalStates);
    Path exported = directory.resolve("rows.ndjson");
    cluster.cli().ok("kv", "export", "--prefix", "row/", "--output", exported.toString());
    try (Stream<String> lines = Files.lines(exported)) {
      assertEquals(ROWS, lines.count());
    }
  }

  @Test
  void aLeaderThatHearsNobodyIsReplaced() throws Exception {
    String deaf = cluster.leader();
    cluster.connect(deaf, true, false);
    cluster.settle(
        "another leader", () -> cluster.leaders().stream().anyMatch(n -> !n.equals(deaf)));
    cluster.cli().ok("kv", "put", "deaf", "yes", "--timeout", "120");
    cluster.connect(deaf, true, true);
    cluster.settle("equal states", cluster::equalStates);
    assertEquals("yes\n", cluster.cli().ok("kv", "get", "deaf").out());
  }

  @Test
  void aFollowerThatNobodyHearsDisturbsNobody() throws Exception {
    String leader = cluster.leader();
    String mute = leader.equals("n1") ? "n2" : "n1";
    cluster.connect(mute, false, true);
    cluster.cli().ok("kv", "put", "mute", "yes", "--timeout", "120");
    cluster.connect(mute, true, true);
    cluster.settle("equal states", cluster::equalStates);
    assertEquals("yes\n", cluster.cli().ok("kv", "get", "mute").out());
  }

  @Test
  void aSlowNetworkIsServed() throws Exception {
    cluster.delay(40);
    cluster.cli().ok("kv", "put", "slow", "yes", "--timeout", "120");
    assertEquals("yes\n", cluster.cli().ok("kv", "get", "slow", "--timeout", "120").out());
    cluster.delay(0);
    cluster.settle("equal states", cluster::equalStates);
  }

  // ---- a group in which every node takes writes ----------------------------------------------

  private static JsonObject certified(NodeHttp node) throws InterruptedException {
    NodeHttp.Answer shown = node.ask("group.show", new JsonObject().put("group", "certified"));
    return shown.ok() ? shown.object() : new JsonObject();
  }

  /** Its sequencer hears nobody, then nobody hears it either: the others go on, and it comes back. */
  @Test
  void aSequencerThatIsCutOffIsReplacedAndComesBack() throws Exception {
    cluster.cli().ok("group", "create", "certified", "--strategy", "certify");
    Map<String, JsonObject> lines = cluster.status();
    Map<String, NodeHttp> nodes = new TreeMap<>();
    lines.forEach((name, line) -> nodes.put(name, new NodeHttp(name, line.getString("http"))));
    AtomicReference<String> sequencer = new AtomicReference<>();
    cluster.settle(
        "a sequencer",
        () -> {
          sequencer.set(certified(nodes.get("n1")).getString("leader"));
          return sequencer.get() != null;
        });
    String cut = sequencer.get();
    String stays = cut.equals("n1") ? "n2" : "n1";
    try (QuorateClient client =
        QuorateClient.connect(ClientOptions.of(lines.get(stays).getString("client")))) {
      CountingLoad load = new CountingLoad(new KvClient(client.group("certified")), LOADS);
      cluster.settle("the load to be under way", () -> load.acknowledged() > 100);
      cluster.connect(cut, true, false);
      cluster.settle(
          "another sequencer, and the one before to be out of it",
          () ->
              "OPEN".equals(certified(nodes.get(cut)).getString("role"))
                  && !cut.equals(certified(nodes.get(stays)).getString("leader", cut)));
      for (boolean sends : new boolean[] {true, false}) {
        cluster.connect(cut, sends, false);
        int then = load.acknowledged();
        cluster.settle("writes to go on", () -> load.acknowledged() > then + 100);
      }
      cluster.connect(cut, true, true);
      cluster.settle(
          "it to be back",
          () -> certified(nodes.get(cut)).getString("role", "").matches("SYNCED|DONOR"));
      load.endsExact(LAST_MS);
    }
    cluster.settle(
        "equal states",
        () -> {
          Set<String> states = new TreeSet<>();
          for (NodeHttp node : nodes.values()) {
            JsonObject state = certified(node);
            states.add(state.getLong("version") + " " + state.getString("stateHash"));
          }
          return states.size() == 1 && !states.contains("null null");
        });
  }
}
