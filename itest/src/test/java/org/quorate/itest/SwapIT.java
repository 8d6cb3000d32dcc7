package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/** Three processes go on with another strategy and back, under load, while one of them is killed. */
class SwapIT {
  private static final long SETTLE_MS = 120_000;
  private static final int LOADS = 16;

  @TempDir static Path directory;

  @Test
  void clientsSeeNoErrorOverSwapsAndAKill() throws Exception {
    Cli cli = new Cli(directory.resolve("data"));
    cli.ok("up", "--detach", "--json", "--timeout", "180");
    try {
      run(cli);
    } finally {
      cli.ok("down");
    }
  }

  private static void run(Cli cli) throws Exception {
    List<String> addresses = new ArrayList<>();
    for (JsonObject node : status(cli)) {
      addresses.add(node.getString("client"));
    }
    try (QuorateClient client =
        QuorateClient.connect(ClientOptions.of(addresses.toArray(String[]::new)))) {
      KvClient kv = new KvClient(client.group("default"));
      CountingLoad load = new CountingLoad(kv, LOADS);
      swap(cli, "certify");
      cli.ok("node", "kill", "n2");
      Cli.Result refused = cli.run("group", "swap", "default", "raft", "--dry-run");
      assertTrue(refused.exit() != 0 && refused.err().contains("n2"), refused.toString());
      cli.ok("node", "start", "n2");
      settle("n2 to be back", () -> running(cli));
      swap(cli, "raft");
      // Killed between the plan and its end: the others carry it out.
      cli.ok("group", "swap", "default", "certify", "--json");
      cli.ok("node", "kill", "n3");
      settle("the swap to end", () -> ended(cli));
      cli.ok("node", "start", "n3");
      load.endsExact(SETTLE_MS);
      settle("equal states", () -> running(cli) && equalStates(cli));
    }
  }

  private static void swap(Cli cli, String strategy) throws Exception {
    settle(
        "the link before to be retired",
        () -> swaps(cli).stream().allMatch(s -> phase(s).matches("done|aborted")));
    JsonObject swapped = cli.ok("group", "swap", "default", strategy, "--wait", "--json").object();
    assertEquals(strategy, swapped.getString("to"), swapped.encode());
  }

  private static String phase(JsonObject swap) {
    return swap.getString("phase");
  }

  private static List<JsonObject> swaps(Cli cli) throws Exception {
    return objects(cli.ok("group", "swaps", "default", "--json").array());
  }

  private static boolean ended(Cli cli) throws Exception {
    List<JsonObject> all = swaps(cli);
    return phase(all.get(all.size() - 1)).matches("done|aborted");
  }

  private static List<JsonObject> status(Cli cli) throws Exception {
    return objects(cli.ok("status", "--json").array());
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  private static boolean running(Cli cli) throws Exception {
    return status(cli).stream().allMatch(s -> "RUNNING".equals(s.getString("state")));
  }

  private static boolean equalStates(Cli cli) throws Exception {
    return status(cli).stream().map(s -> s.getString("stateHash")).distinct().count() == 1;
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
