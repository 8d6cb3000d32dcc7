package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/**
 * Three processes under counting load get other versions of a bundle, one after the other: forward,
 * back, with one killed on the way, and with one that does not start. No client sees an error and every
 * addition is executed once.
 */
class DeployIT {
  private static final String RAFT = "org.quorate.consensus.raft";
  private static final String TOKEN = "a-token-of-some-length";
  private static final int LOADS = 16;
  private static final long SETTLE_MS = 120_000;

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
      ports.put(node, freePorts(3));
    }
    StringBuilder peers = new StringBuilder();
    StringBuilder places = new StringBuilder("token: " + TOKEN + "\nnodes:\n");
    ports.forEach(
        (node, p) -> {
          String addresses = "peer: \"127.0.0.1:%d\", client: \"127.0.0.1:%d\"}\n";
          peers.append("  - {id: ").append(node).append(", ");
          peers.append(addresses.formatted(p.get(0), p.get(1)));
          String place = "  - {name: %s, client: \"127.0.0.1:%d\", http: \"127.0.0.1:%d\"}\n";
          places.append(place.formatted(node, p.get(1), p.get(2)));
        });
    Files.writeString(dir.resolve("cluster.yaml"), places);
    for (String node : ports.keySet()) {
      Files.writeString(
          dir.resolve(node + ".yaml"),
          """
          node: {id: %s}
          cluster: {name: deploys}
          listen: {http: "127.0.0.1:%d"}
          peers:
          %sgroups: [{name: default}]
          auth: {token: %s}
          deploy: {allow: "%s"}
          parameters: {deploy.turn.ms: 20000}
          """
              .formatted(node, ports.get(node).get(2), peers, TOKEN, allowed()));
      startNode(node);
    }
  }

  private Path allowed() {
    return dir.resolve("allow.txt");
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      held.add(socket);
      ports.add(socket.getLocalPort());
    }
    for (ServerSocket socket : held) {
      socket.close();
    }
    return ports;
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

  /** The newest assembly, as one of the nodes sees it. */
  private JsonObject newest() throws Exception {
    JsonArray all = ok("assembly", "list").array();
    return all.getJsonObject(all.size() - 1);
  }

  private JsonObject ended(String wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MS);
    JsonObject last = newest();
    while (!last.getString("state").matches("done|rolled_back")) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("no end of " + last.encode() + logs());
      }
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
    Cli.Result shown = run("assembly", "show", "--node", node);
    return shown.exit() == 0
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
      Cli.Result health = run("health", "--node", node);
      if (health.exit() != 0 || !health.object().getBoolean("healthy")) {
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
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    String line = HexFormat.of().formatHex(digest.digest(Files.readAllBytes(jar))) + "\n";
    Files.writeString(allowed(), line, StandardOpenOption.APPEND);
    return jar;
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
      KvClient kv = new KvClient(client.group("default"));
      CountingLoad load = new CountingLoad(kv, LOADS);
      whatIsNotAllowedIsRefused();
      forwardAndBack();
      killedOnTheWay();
      whatDoesNotStartIsRolledBack();
      whoWasLeftOutFollows();
      try {
        load.endsExact(60_000);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("a client saw an error" + logs(), e);
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

  private void forwardAndBack() throws Exception {
    Path mapdb =
        allow(
            Variant.of(Distribution.ofThisBuild().bundle("org.quorate.storage.mapdb"))
                .version("9.1.0")
                .write(dir.resolve("mapdb.jar")));
    String both = allow(variant("9.1.0")) + "," + mapdb;
    JsonObject planned = ok("assembly", "plan", both).object();
    assertEquals(2, planned.getJsonArray("changes").size(), planned.encode());
    ok("assembly", "deploy", both);
    ended("done");
    everyNodeRuns("9.1.0");
    ok("assembly", "rollback");
    ended("done");
    everyNodeRuns(original);
  }

  /** The node is killed while the others wait for it; when it is back, all goes on. */
  private void killedOnTheWay() throws Exception {
    ok("assembly", "deploy", allow(variant("9.2.0")).toString());
    kill("n2");
    startNode("n2");
    ended("done");
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

  /** It follows by itself; killed and started, it has what the cluster has from the beginning. */
  private void whoWasLeftOutFollows() throws Exception {
    settle("a healthy cluster", this::healthy);
    Path next = allow(variant("9.4.0"));
    ok("assembly", "deploy", next.toString(), "--skip", "n3");
    JsonObject end = ended("done");
    assertEquals(2, end.getJsonArray("nodes").size(), end.encode());
    everyNodeRuns("9.4.0");
    settle("a healthy cluster", this::healthy);
    kill("n3");
    Cli.Result refused = run("assembly", "deploy", allow(variant("9.5.0")).toString());
    assertTrue(refused.err().contains("node 'n3': it does not answer"), refused.toString());
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
}
