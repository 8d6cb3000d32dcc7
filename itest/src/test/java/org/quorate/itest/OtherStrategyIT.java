package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
  private static final long SETTLE_MS = 120_000;

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

      swap(cli, OTHER);
      int before = load.asked();
      settle("additions by " + OTHER, () -> load.asked() > before + 100);
      AtomicReference<String> killed = new AtomicReference<>("");
      settle(
          "a leader",
          () -> {
            killed.set(leader(cli));
            return !killed.get().isEmpty();
          });
      cli.ok("node", "kill", killed.get());
      settle("another leader", () -> !leader(cli).isEmpty());
      cli.ok("node", "start", killed.get());
      // A node that starts forgets what was installed by hand: its replica waits for it.
      install(cli, killed.get());
      settle("all nodes to be back", () -> running(cli));
      swap(cli, "certify");
      swap(cli, OTHER);
      swap(cli, "raft");
      load.endsExact(SETTLE_MS);
      settle("equal states", () -> running(cli) && equalStates(cli));
    }
  }

  private static void install(Cli cli, String node) throws Exception {
    cli.ok("shell", node, "-c", "felix:start " + bundle().toUri());
  }

  private static void swap(Cli cli, String strategy) throws Exception {
    settle(
        "the link before to be retired",
        () ->
            cli.ok("group", "swaps", "default", "--json").array().stream()
                .map(JsonObject.class::cast)
                .allMatch(s -> s.getString("phase").matches("done|aborted")));
    // The nodes find one that was away again one after the other; until then it does not answer
    // some.
    AtomicReference<Cli.Result> last = new AtomicReference<>();
    settle(
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

  /** The node that leads by its own account, or nothing. */
  private static String leader(Cli cli) throws Exception {
    return status(cli).stream()
        .filter(s -> "leader".equals(s.getString("role")))
        .map(s -> s.getString("node"))
        .findFirst()
        .orElse("");
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
