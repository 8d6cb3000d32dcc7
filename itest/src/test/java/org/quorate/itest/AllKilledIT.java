package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertTrue;

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

/**
 * All processes are killed at the same moment, with a group of either strategy under load, and come
 * back by themselves.
 */
class AllKilledIT {
  private static final int LOADS = 12;
  private static final long PATIENCE_S = 120;

  @TempDir Path directory;

  @Test
  void nothingAcknowledgedIsLostAndNobodyHelps() throws Exception {
    Cli cli = new Cli(directory.resolve("data"));
    cli.ok("up", "--detach", "--timeout", "180");
    try {
      cli.ok("group", "create", "certified", "--strategy", "certify");
      run(cli);
    } finally {
      cli.ok("down");
    }
  }

  private static void run(Cli cli) throws Exception {
    List<JsonObject> nodes = objects(cli.ok("node", "list", "--json"));
    String[] addresses =
        objects(cli.ok("status", "--json")).stream()
            .map(line -> line.getString("client"))
            .distinct()
            .toArray(String[]::new);
    try (QuorateClient client =
        QuorateClient.connect(
            ClientOptions.of(addresses).withOperationTimeoutMs(PATIENCE_S * 1000))) {
      List<CountingLoad> loads = new ArrayList<>();
      for (String group : List.of("default", "certified")) {
        loads.add(CountingLoad.heavy(new KvClient(client.group(group)), LOADS));
      }
      for (CountingLoad load : loads) {
        acknowledges(load, 2_000);
      }
      List<ProcessHandle> processes =
          nodes.stream().map(n -> ProcessHandle.of(n.getLong("pid")).orElseThrow()).toList();
      Killed.all(processes);
      final List<Integer> before = loads.stream().map(CountingLoad::acknowledged).toList();
      for (JsonObject node : nodes) {
        cli.ok("node", "start", node.getString("node"));
      }
      for (int i = 0; i < loads.size(); i++) {
        acknowledges(loads.get(i), before.get(i) + 500);
      }
      for (CountingLoad load : loads) {
        load.endsExact(TimeUnit.SECONDS.toMillis(PATIENCE_S));
      }
    }
  }

  private static void acknowledges(CountingLoad load, int count) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (load.acknowledged() < count) {
      assertTrue(System.nanoTime() < deadline, "the groups go on by themselves");
      Thread.sleep(10);
    }
  }

  private static List<JsonObject> objects(Cli.Result result) {
    return result.array().stream().map(JsonObject.class::cast).toList();
  }
}
