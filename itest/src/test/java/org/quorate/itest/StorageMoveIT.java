package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/** Three processes go on in other storages and back, under load, while one of them is killed. */
class StorageMoveIT {
  private static final long LAST_MS = 120_000;
  private static final int LOADS = 16;

  @TempDir static Path directory;

  @Test
  void clientsSeeNoErrorOverMovesAndAKill() throws Exception {
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
    String[] addresses =
        objects(cli.ok("status", "--json").array()).stream()
            .map(node -> node.getString("client"))
            .toArray(String[]::new);
    try (QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses))) {
      KvClient kv = new KvClient(client.group("default"));
      CountingLoad load = new CountingLoad(kv, LOADS);
      roll(cli, cluster, "mapdb");
      // Killed while its replica moves: it is on the one or the other when it is back.
      cli.ok("group", "storage", "default", "journal+mapdb", "--rolling", "--json");
      cli.ok("node", "kill", "n2");
      cli.ok("node", "start", "n2");
      cluster.settle("n2 to be back", cluster::running);
      // Refused while the first request moves a node still, and until all have found n2 again.
      cluster.settle("all to have moved", () -> tryToRoll(cli, "journal+mapdb"));
      moved(cli, cluster, "journal+mapdb");
      Cli.Result refused = cli.run("group", "storage", "default", "memory", "--rolling");
      assertTrue(refused.exit() != 0 && refused.err().contains("n3"), refused.toString());
      cli.ok("group", "storage", "default", "memory", "--node", "n3", "--wait", "--json");
      cli.ok("group", "storage", "default", "journal+mapdb", "--node", "n3", "--wait", "--json");
      load.endsExact(LAST_MS);
      cluster.settle("equal states", () -> cluster.running() && cluster.equalStates());
    }
  }

  private static void roll(Cli cli, RunningCluster cluster, String target) throws Exception {
    cli.ok("group", "storage", "default", target, "--rolling", "--wait", "--json");
    moved(cli, cluster, target);
  }

  private static boolean tryToRoll(Cli cli, String target) throws Exception {
    Cli.Result result = cli.run("group", "storage", "default", target, "--rolling", "--wait");
    if (result.exit() != 0) {
      System.out.println("not moved yet: " + result.err().strip());
    }
    return result.exit() == 0;
  }

  private static void moved(Cli cli, RunningCluster cluster, String target) throws Exception {
    for (JsonObject each : storages(cli)) {
      assertEquals(target, each.getString("storage"), each.encode());
    }
    cluster.settle("all to run", cluster::running);
  }

  private static List<JsonObject> storages(Cli cli) throws Exception {
    return objects(cli.ok("group", "storages", "default", "--json").array());
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }
}
