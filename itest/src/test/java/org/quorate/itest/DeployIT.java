package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;
import org.quorate.tck.net.FreePorts;

/**
 * Three processes, with a group of either strategy under counting load, get other versions of bundles,
 * one after the other: forward, back, with nodes killed in their turns, given up in the middle, with
 * one that does not start, and a feature that brings a strategy. No client sees an error and every
 * addition is executed once.
 */
@Timeout(
    value = 10,
    unit = TimeUnit.MINUTES) // seven deployments: two minutes, four beside other builds
class DeployIT {
  private static final String RAFT = "org.quorate.consensus.raft";
  private static final String TOKEN = "a-token-of-some-length";
  private static final String CERTIFY = "org.quorate.consensus.certify";
  private static final String TUTORIAL = "org.quorate.example.strategy";
  private static final int LOADS = 16;
  private static final long SETTLE_MS = 120_000;
  private static final long LAST_MS = 60_000;

  @TempDir Path dir;

  private final Map<String, List<Integer>> ports = new TreeMap<>();
  private final Map<String, Process> nodes = new TreeMap<>();
  private Cli cli;
  private String original;

  // ---- the cluster -------------------------------------------------------------------------

  @BeforeEach
  void start() throws Exception {
    cli = new Cli(dir.resolve("data"));
    original = Variant.versionOf(Distribution.ofThisBuild().bundle(RAFT));
    Files.writeString(allowed(), "# who is listed may be deployed\n");
    for (String node : List.of("n1", "n2", "n3")) {
      ports.put(node, FreePorts.take(3));
    }
    StringBuilder places = new StringBuilder("token: " + TOKEN + "\nnodes:\n");
    ports.forEach(
        (node, p) -> {
          String place = "  - {name: %s, client: \"127.0.0.1:%d\", http: \"127.0.0.1:%d\"}\n";
          places.append(place.formatted(node, p.get(1), p.get(2)));
        });
    Files.writeString(dir.resolve("cluster.yaml"), places);
    for (String node : ports.keySet()) {
      configure(node, "groups: [{name: default}, {name: certified, strategy: certify}]\n");
      startNode(node);
    }
  }

  /** Writes the file of a node that knows those there are. */
  private void configure(String node, String more) throws IOException {
    StringBuilder peers = new StringBuilder("peers:\n");
    ports.forEach(
        (peer, p) ->
            peers.append(
                "  - {id: %s, peer: \"127.0.0.1:%d\", client: \"127.0.0.1:%d\"}\n"
                    .formatted(peer, p.get(0), p.get(1))));
    Files.writeString(
        dir.resolve(node + ".yaml"),
        """
        node: {id: %s}
        cluster: {name: deploys}
        listen: {http: "127.0.0.1:%d"}
        %s%sauth: {token: %s}
        deploy: {allow: "%s"}
        """
            .formatted(node, ports.get(node).get(2), peers, more, TOKEN, allowed()));
  }

  private Path allowed() {
    return dir.resolve("allow.txt");
  }

  private void startNode(String node) throws IOException {
    Path home = Distribution.ofThisBuild().home();
    File log = dir.resolve(node + ".log").toFile();
    nodes.put(
        node,
        new ProcessBuilder(
                home.resolve("bin/quorate-node").toString(),
                dir.resolve(node + ".yaml").toString(),
                dir.resolve(node).toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start());
  }

  private void kill(String node) throws InterruptedException {
    nodes.get(node).destroyForcibly().waitFor();
  }

  @AfterEach
  void stop() throws Exception {
    for (Process node : nodes.values()) {
      node.destroyForcibly().waitFor();
    }
  }

  // ---- what is asked -----------------------------------------------------------------------

  private Cli.Result run(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--cluster", dir.resolve("cluster.yaml").toString(), "--json"));
    return cli.run(all.toArray(String[]::new));
  }

  private Cli.Result ok(String... words) throws Exception {
    Cli.Result result = run(words);
    assertEquals(0, result.exit(), () -> String.join(" ", words) + ": " + result + logs());
    return result;
  }

  private NodeHttp http(String node) {
    return new NodeHttp(node, "127.0.0.1:" + ports.get(node).get(2), TOKEN);
  }

  private String logs() {
    StringBuilder all = new StringBuilder();
    for (String node : ports.keySet()) {
      try {
        List<String> lines = Files.readAllLines(dir.resolve(node + ".log"));
        all.append("\n== ").append(node).append('\n');
        lines
            .subList(Math.max(0, lines.size() - 60), lines.size())
            .forEach(l -> all.append(l).append('\n'));
      } catch (IOException e) {
        all.append(e);
      }
    }
    return all.toString();
  }

  /** The newest assembly, as the first node sees it that answers; null if none does. */
  private JsonObject newest() throws Exception {
    for (String node : ports.keySet()) {
      NodeHttp.Answer all = http(node).ask("assembly.list", new JsonObject());
      if (all.ok()) {
        return all.array().getJsonObject(all.array().size() - 1);
      }
    }
    return null;
  }

  private JsonObject ended(String wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MS);
    JsonObject last = newest();
    while (last == null || !last.getString("state").matches("done|rolled_back")) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("no end of " + last + logs());
      }
      Thread.sleep(50);
      last = newest();
    }
    System.out.println("assembly " + last.getInteger("number") + ": " + last.getValue("nodes"));
    assertEquals(wanted, last.getString("state"), last.encode() + logs());
    return last;
  }

  private void everyNodeRuns(String version) throws Exception {
    for (String node : ports.keySet()) {
      settle(node + " to run " + version, () -> runs(node, version));
    }
  }

  private boolean runs(String node, String version) throws Exception {
    NodeHttp.Answer shown = http(node).ask("assembly.show", new JsonObject());
    return shown.ok()
        && shown.array().stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                b ->
                    b.getString("name").equals(RAFT)
                        && b.getString("version").equals(version)
                        && b.getString("state").equals("ACTIVE"));
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private void settle(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MS);
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited in vain for " + what + logs());
      }
      Thread.sleep(100);
    }
  }

  private boolean healthy() throws Exception {
    for (String node : ports.keySet()) {
      NodeHttp.Answer health = http(node).ask("health", new JsonObject());
      if (!health.ok() || !health.object().getBoolean("healthy")) {
        return false;
      }
    }
    return true;
  }

  private Path variant(String version) throws Exception {
    return Variant.of(Distribution.ofThisBuild().bundle(RAFT))
        .version(version)
        .write(dir.resolve("raft-" + version + ".jar"));
  }

  private Path allow(Path jar) throws Exception {
    Files.writeString(allowed(), sha256(jar) + "\n", StandardOpenOption.APPEND);
    return jar;
  }

  private static String sha256(Path jar) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(jar)));
  }

  // ---- the test ----------------------------------------------------------------------------

  @Test
  void aClusterGetsOtherVersionsNodeByNodeWithoutAnErrorAtClients() throws Exception {
    String[] addresses =
        ports.values().stream().map(p -> "127.0.0.1:" + p.get(1)).toArray(String[]::new);
    try (QuorateClient client =
        QuorateClient.connect(ClientOptions.of(addresses).withToken(TOKEN))) {
      client.bootstrap().toCompletionStage().toCompletableFuture().get(90, TimeUnit.SECONDS);
      settle("a healthy cluster", this::healthy);
      List<CountingLoad> loads = new ArrayList<>();
      for (String group : List.of("default", "certified")) {
        loads.add(new CountingLoad(new KvClient(client.group(group)), LOADS));
      }
      whatIsNotAllowedIsRefused();
      forwardAndBack();
      killedInTheirTurns();
      givenUpInTheMiddle();
      whatDoesNotStartIsRolledBack();
      aFeatureBringsAnotherStrategy();
      whoWasLeftOutFollows();
      whoJoinsGetsTheAssembly();
      for (CountingLoad load : loads) {
        try {
          load.endsExact(LAST_MS);
        } catch (Exception | AssertionError e) {
          throw new AssertionError("a client saw an error" + logs(), e);
        }
      }
    }
  }

  private void whatIsNotAllowedIsRefused() throws Exception {
    Cli.Result refused = run("assembly", "deploy", variant("9.0.0").toString());
    assertTrue(refused.exit() != 0, refused.toString());
    for (String node : ports.keySet()) {
      assertTrue(refused.err().contains("node '" + node + "'"), refused.toString());
    }
    assertTrue(refused.err().contains("may not be deployed"), refused.toString());
    assertTrue(refused.err().contains("says who may deploy what"), refused.toString());
    Path lacking =
        allow(
            Variant.of(Distribution.ofThisBuild().bundle(RAFT))
                .version("9.0.1")
                .with("Import-Package", "org.nowhere;version=\"[1,2)\"")
                .with(
                    "Provide-Capability",
                    "org.quorate.plugin;plugin=strategy;name=raft;wire.min:Long=8;wire.max:Long=9")
                .write(dir.resolve("lacking.jar")));
    refused = run("assembly", "plan", lacking.toString());
    assertTrue(refused.exit() != 0, refused.toString());
    assertTrue(refused.err().contains("org.nowhere"), refused.toString());
    assertTrue(refused.err().contains("speaks wire versions 1 to 1"), refused.toString());
    everyNodeRuns(original);
  }

  /** Both strategies and the storage at once, so that either group's is exchanged under load. */
  private void forwardAndBack() throws Exception {
    StringBuilder all = new StringBuilder(allow(variant("9.1.0")).toString());
    for (String other : List.of(CERTIFY, "org.quorate.storage.mapdb")) {
      Path jar =
          Variant.of(Distribution.ofThisBuild().bundle(other))
              .version("9.1.0")
              .write(dir.resolve(other + ".jar"));
      all.append(',').append(allow(jar));
    }
    JsonObject planned = ok("assembly", "plan", all.toString()).object();
    assertEquals(3, planned.getJsonArray("changes").size(), planned.encode());
    ok("assembly", "deploy", all.toString());
    ended("done");
    everyNodeRuns("9.1.0");
    ok("assembly", "rollback");
    ended("done");
    everyNodeRuns(original);
  }

  /** The node that was asked, whose turn is the first, and the next one while it is its turn. */
  private void killedInTheirTurns() throws Exception {
    ok("assembly", "deploy", allow(variant("9.2.0")).toString());
    kill("n1");
    startNode("n1");
    NodeHttp n3 = http("n3");
    settle("the turn of n2", () -> steps(n3).matches(".*n2 (updating|updated).*"));
    System.out.println("n2 is killed at " + steps(n3));
    kill("n2");
    startNode("n2");
    ended("done");
    everyNodeRuns("9.2.0");
  }

  /** How far the nodes are with the newest assembly, as one of them says. */
  private static String steps(NodeHttp node) throws Exception {
    NodeHttp.Answer all = node.ask("assembly.list", new JsonObject());
    JsonArray assemblies = all.ok() ? all.array() : new JsonArray();
    return assemblies.isEmpty()
        ? all.body()
        : assemblies.getJsonObject(assemblies.size() - 1).getValue("nodes").toString();
  }

  /** It cannot end while a node is down that the others cannot be spared without. */
  private void givenUpInTheMiddle() throws Exception {
    ok("assembly", "deploy", allow(variant("9.2.1")).toString());
    kill("n3");
    ok("assembly", "abort");
    Cli.Result again = run("assembly", "abort");
    assertTrue(again.exit() != 0 && again.err().contains("no deployment"), again.toString());
    startNode("n3");
    JsonObject end = ended("rolled_back");
    assertTrue(end.getString("why").contains("by an operator"), end.encode());
    everyNodeRuns("9.2.0");
  }

  private void whatDoesNotStartIsRolledBack() throws Exception {
    Path broken =
        allow(
            Variant.of(Distribution.ofThisBuild().bundle(RAFT))
                .version("9.3.0")
                .with("Service-Component", "OSGI-INF/nothing.xml")
                .write(dir.resolve("broken.jar")));
    ok("assembly", "deploy", broken.toString());
    JsonObject end = ended("rolled_back");
    assertTrue(end.getString("why").contains("does not offer strategy 'raft'"), end.encode());
    everyNodeRuns("9.2.0");
  }

  /** A feature says all there is to be: raft is the distribution's again, and a strategy comes. */
  private void aFeatureBringsAnotherStrategy() throws Exception {
    settle("a healthy cluster", this::healthy);
    Path built = Path.of(System.getProperty("quorate.root"), "examples/strategy/target");
    Path jar = dir.resolve("tutorial.jar");
    try (Stream<Path> files = Files.list(built)) {
      Path found =
          files
              .filter(f -> f.getFileName().toString().matches("org\\.quorate\\.example.*\\.jar"))
              .findFirst()
              .orElseThrow();
      Files.copy(found, jar);
    }
    allow(jar);
    Path feature = dir.resolve("feature.json");
    Files.writeString(
        feature,
        """
        {"feature-resource-version": "1.0", "id": "org.quorate:assembly:1",
         "bundles": [{"id": "osgi:%s:%s", "sha256": "%s", "start-level": 6}]}
        """
            .formatted(TUTORIAL, Variant.versionOf(jar), sha256(jar)));
    ok("assembly", "deploy", feature.toString());
    ended("done");
    everyNodeRuns(original);
    settle("a healthy cluster", this::healthy);
    ok("group", "swap", "default", "tutorial", "--wait");
    ok("group", "swap", "certified", "tutorial", "--wait");
    settle("the link before to be retired", () -> swapped("default", "raft"));
    settle("the link before to be retired", () -> swapped("certified", "certify"));
  }

  private boolean swapped(String group, String to) throws Exception {
    return run("group", "swap", group, to, "--wait").exit() == 0;
  }

  private String events(String node) throws Exception {
    NodeHttp.Answer all = http(node).ask("node.events", new JsonObject().put("limit", 1000));
    return all.ok() ? all.array().encode() : "";
  }

  /** It follows by itself; killed and started, it has what the cluster has from the beginning. */
  private void whoWasLeftOutFollows() throws Exception {
    settle("a healthy cluster", this::healthy);
    Path next = allow(variant("9.4.0"));
    ok("assembly", "deploy", next.toString(), "--skip", "n3");
    JsonObject end = ended("done");
    assertEquals(2, end.getJsonArray("nodes").size(), end.encode());
    everyNodeRuns("9.4.0");
    // It runs before it is kept: who is killed in between follows once more.
    settle("n3 to have followed", () -> events("n3").contains("assembly.followed"));
    settle("a healthy cluster", this::healthy);
    kill("n3");
    Cli.Result refused = run("assembly", "deploy", allow(variant("9.5.0")).toString());
    assertTrue(refused.err().contains("node 'n3': it does not answer"), refused.toString());
    assertEquals(1, refused.exit(), "the request was right: " + refused);
    startNode("n3");
    settle("a healthy cluster", this::healthy);
    assertTrue(runs("n3", "9.4.0"));
    String log = Files.readString(dir.resolve("n3.log"));
    String inPlace = "assembly " + end.getInteger("number") + " is in place";
    assertTrue(log.contains(inPlace + ": [" + RAFT), log);
    for (String node : ports.keySet()) {
      JsonObject leaks = ok("leaks", "--node", node).object();
      assertEquals(List.of(), leaks.getJsonArray("held").getList(), node + ": " + leaks.encode());
    }
  }

  /** A node that has nothing fetches the jars from the others: one that lost its data, a new one. */
  private void whoJoinsGetsTheAssembly() throws Exception {
    kill("n3");
    try (Stream<Path> files = Files.walk(dir.resolve("n3"))) {
      for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
    startNode("n3");
    ports.put("n4", FreePorts.take(3));
    configure("n4", "");
    startNode("n4");
    settle("n3 to run what the cluster runs", () -> runs("n3", "9.4.0"));
    settle("n4 to run what the cluster runs", () -> runs("n4", "9.4.0"));
    String address = "127.0.0.1:" + ports.get("n4").get(0);
    ok("group", "members", "default", "add", "n4", "--address", address);
    settle("n4 to serve the group", () -> serves("n4", "default"));
  }

  private boolean serves(String node, String group) throws Exception {
    NodeHttp.Answer shown = http(node).ask("group.show", new JsonObject().put("group", group));
    return shown.ok() && "RUNNING".equals(shown.object().getString("state"));
  }
}
