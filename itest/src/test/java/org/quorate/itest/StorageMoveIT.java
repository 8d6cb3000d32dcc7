package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/** Three processes go on in other storages and back, under load, while one of them is killed. */
class StorageMoveIT {
  private static final long SETTLE_MS = 120_000;
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
    String[] addresses =
        objects(cli.ok("status", "--json").array()).stream()
            .map(node -> node.getString("client"))
            .toArray(String[]::new);
    try (QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses))) {
      KvClient kv = new KvClient(client.group("default"));
      CountingLoad load = new CountingLoad(kv, LOADS);
      roll(cli, "mapdb");
      // Killed while its replica moves: it is on the one or the other when it is back.
      cli.ok("group", "storage", "default", "journal+mapdb", "--rolling", "--json");
      cli.ok("node", "kill", "n2");
      cli.ok("node", "start", "n2");
      settle("n2 to be back", () -> running(cli));
      // The nodes find n2 again one after the other; until then it is refused as not answering, and
      // for
      // as long as the first request still moves another.
      settle("all to have moved", () -> tryToRoll(cli, "journal+mapdb"));
      moved(cli, "journal+mapdb");
      Cli.Result refused = cli.run("group", "storage", "default", "memory", "--rolling");
      assertTrue(refused.exit() != 0 && refused.err().contains("n3"), refused.toString());
      cli.ok("group", "storage", "default", "memory", "--node", "n3", "--wait", "--json");
      cli.ok("group", "storage", "default", "journal+mapdb", "--node", "n3", "--wait", "--json");
      load.endsExact(SETTLE_MS);
      settle("equal states", () -> running(cli) && equalStates(cli));
    }
  }

  private static void roll(Cli cli, String target) throws Exception {
    cli.ok("group", "storage", "default", target, "--rolling", "--wait", "--json");
    moved(cli, target);
  }

  private static boolean tryToRoll(Cli cli, String target) throws Exception {
    Cli.Result result = cli.run("group", "storage", "default", target, "--rolling", "--wait");
    if (result.exit() != 0) {
      System.out.println("not moved yet: " + result.err().strip());
    }
    return result.exit() == 0;
  }

  private static void moved(Cli cli, String target) throws Exception {
    for (JsonObject each : storages(cli)) {
      assertEquals(target, each.getString("storage"), each.encode());
    }
    settle("all to run", () -> running(cli));
  }

  private static List<JsonObject> storages(Cli cli) throws Exception {
    return objects(cli.ok("group", "storages", "default", "--json").array());
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  private static boolean running(Cli cli) throws Exception {
    return objects(cli.ok("status", "--json").array()).stream()
        .allMatch(s -> "RUNNING".equals(s.getString("state")));
  }

  private static boolean equalStates(Cli cli) throws Exception {
    return objects(cli.ok("status", "--json").array()).stream()
            .map(s -> s.getString("stateHash"))
            .distinct()
            .count()
        == 1;
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void settle(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SETTLE_MS);
    while (!condition.holds()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("waited in vain for " + what);
      }
      Thread.sleep(200);
    }
  }
}
