package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/** All processes are killed at the same moment under load, and come back by themselves. */
class AllKilledIT {
  private static final int LOADS = 12;
  private static final long PATIENCE_S = 120;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void nothingAcknowledgedIsLostAndNobodyHelps(String strategy) throws Exception {
    Cli cli = new Cli(directory.resolve("data"));
    cli.ok("up", "--detach", "--strategy", strategy, "--timeout", "180");
    try {
      run(cli);
    } finally {
      cli.ok("down");
    }
  }

  private void run(Cli cli) throws Exception {
    List<JsonObject> nodes = objects(cli.ok("node", "list", "--json"));
    List<String> addresses = new ArrayList<>();
    objects(cli.ok("status", "--json")).forEach(n -> addresses.add(n.getString("client")));
    try (QuorateClient client =
        QuorateClient.connect(
            ClientOptions.of(addresses.toArray(String[]::new))
                .withOperationTimeoutMs(PATIENCE_S * 1000))) {
      KvClient kv = new KvClient(client.group("default"));
      CountingLoad load = new CountingLoad(kv, LOADS);
      while (load.acknowledged() < 2_000) {
        Thread.sleep(10);
      }
      List<ProcessHandle> processes =
          nodes.stream().map(n -> ProcessHandle.of(n.getLong("pid")).orElseThrow()).toList();
      processes.forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle process : processes) {
        process.onExit().get(PATIENCE_S, TimeUnit.SECONDS);
      }
      final int before = load.acknowledged();
      for (JsonObject node : nodes) {
        cli.ok("node", "start", node.getString("node"));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
      while (load.acknowledged() < before + 500) {
        assertTrue(System.nanoTime() < deadline, "the group goes on by itself");
        Thread.sleep(50);
      }
      load.endsExact(TimeUnit.SECONDS.toMillis(PATIENCE_S));
    }
  }

  private static List<JsonObject> objects(Cli.Result result) {
    return result.array().stream().map(JsonObject.class::cast).toList();
  }
}
