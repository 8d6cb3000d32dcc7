package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/**
 * A strategy that is no part of the product is installed in three running processes, and their group
 * goes on with it and away from it under load.
 */
class OtherStrategyIT {
  private static final String OTHER = "tutorial";
  private static final long LAST_MS = 120_000;

  @TempDir static Path directory;

  /** What the example's module has built: the template of {@code quorate new strategy}. */
  private static Path bundle() throws Exception {
    Path target = Path.of(System.getProperty("quorate.root"), "examples/strategy/target");
    try (Stream<Path> files = Files.list(target)) {
      return files
          .filter(f -> f.getFileName().toString().matches("org\\.quorate\\.example.*\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void aLiveGroupGoesOnWithItAndBack() throws Exception {
    Cli cli = new Cli(directory.resolve("data"));
    cli.ok("up", "--detach", "--json", "--timeout", "180");
    try {
      run(cli);
    } finally {
      cli.ok("down");
    }
  }

  private static void run(Cli cli) throws Exception {
    RunningCluster cluster = new RunningCluster(cli);
    List<String> addresses = new ArrayList<>();
    for (JsonObject node : status(cli)) {
      addresses.add(node.getString("client"));
    }
    try (QuorateClient client =
        QuorateClient.connect(ClientOptions.of(addresses.toArray(String[]::new)))) {
      CountingLoad load = new CountingLoad(new KvClient(client.group("default")), 8);
      install(cli, "n1");
      install(cli, "n2");
      Cli.Result refused = cli.run("group", "swap", "default", OTHER, "--dry-run");
      assertTrue(refused.exit() != 0 && refused.err().contains("'n3'"), refused.toString());
      install(cli, "n3");

      swap(cli, cluster, OTHER);
      int before = load.asked();
      cluster.settle("additions by " + OTHER, () -> load.asked() > before + 100);
      String killed = cluster.leader();
      cli.ok("node", "kill", killed);
      cluster.settle(
          "another leader",
          () -> {
            String now = cluster.leaderOrNull();
            return now != null && !now.equals(killed);
          });
      cli.ok("node", "start", killed);
      // A node that starts forgets what was installed by hand: its replica waits for it.
      install(cli, killed);
      cluster.settle("all nodes to be back", cluster::running);
      swap(cli, cluster, "certify");
      swap(cli, cluster, OTHER);
      swap(cli, cluster, "raft");
      load.endsExact(LAST_MS);
      cluster.settle("equal states", () -> cluster.running() && cluster.equalStates());
    }
  }

  private static void install(Cli cli, String node) throws Exception {
    cli.ok("shell", node, "-c", "felix:start " + bundle().toUri());
  }

  private static void swap(Cli cli, RunningCluster cluster, String strategy) throws Exception {
    cluster.settle("the link before to be retired", cluster::swapsEnded);
    // Nodes find one that was away again one after the other; until then it does not answer some.
    AtomicReference<Cli.Result> last = new AtomicReference<>();
    cluster.settle(
        "the nodes to answer each other",
        () -> {
          last.set(cli.run("group", "swap", "default", strategy, "--wait", "--json"));
          return last.get().exit() == 0 || !last.get().err().contains("does not answer");
        });
    assertEquals(0, last.get().exit(), last.get().toString());
    JsonObject swapped = last.get().object();
    assertEquals(strategy, swapped.getString("to"), swapped.encode());
  }

  private static List<JsonObject> status(Cli cli) throws Exception {
    return cli.ok("status", "--json").array().stream().map(JsonObject.class::cast).toList();
  }
}
