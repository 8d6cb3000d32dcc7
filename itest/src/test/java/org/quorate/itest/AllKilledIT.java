package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.api.Bytes;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/** All processes are killed at the same moment under load, and come back by themselves. */
class AllKilledIT {
  private static final int LOADS = 12;
  private static final long PATIENCE_S = 120;
  private static final Bytes COUNTER = Bytes.utf8("counter");

  @TempDir Path directory;

  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicBoolean going = new AtomicBoolean(true);

  @ParameterizedTest
  @ValueSource(strings = {"raft", "certify"})
  void nothingAcknowledgedIsLostAndNobodyHelps(String strategy) throws Exception {
    Cli cli = new Cli(directory.resolve("data"));
    cli.ok("up", "--detach", "--strategy", strategy, "--timeout", "180");
    try {
      run(cli);
    } finally {
      going.set(false);
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
      List<Future<Void>> loads = new ArrayList<>();
      for (int i = 0; i < LOADS; i++) {
        loads.add(add(kv));
      }
      while (acknowledged.get() < 2_000) {
        Thread.sleep(10);
      }
      List<ProcessHandle> processes =
          nodes.stream().map(n -> ProcessHandle.of(n.getLong("pid")).orElseThrow()).toList();
      processes.forEach(ProcessHandle::destroyForcibly);
      for (ProcessHandle process : processes) {
        process.onExit().get(PATIENCE_S, TimeUnit.SECONDS);
      }
      final long before = acknowledged.get();
      for (JsonObject node : nodes) {
        cli.ok("node", "start", node.getString("node"));
      }
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
      while (acknowledged.get() < before + 500) {
        assertTrue(System.nanoTime() < deadline, "the group goes on by itself");
        Thread.sleep(50);
      }
      going.set(false);
      Future.all(loads).toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
      String sum =
          kv.get(COUNTER)
              .toCompletionStage()
              .toCompletableFuture()
              .get(PATIENCE_S, TimeUnit.SECONDS)
              .value()
              .utf8();
      assertEquals(acknowledged.get(), asked.get(), "every addition was answered");
      assertEquals(Long.toString(acknowledged.get()), sum, "and executed once");
    }
  }

  private Future<Void> add(KvClient kv) {
    io.vertx.core.Promise<Void> ended = io.vertx.core.Promise.promise();
    next(kv, ended);
    return ended.future();
  }

  private void next(KvClient kv, io.vertx.core.Promise<Void> ended) {
    asked.incrementAndGet();
    kv.add(COUNTER, 1)
        .onSuccess(
            sum -> {
              acknowledged.incrementAndGet();
              if (going.get()) {
                next(kv, ended);
              } else {
                ended.complete();
              }
            })
        .onFailure(ended::fail);
  }

  private static List<JsonObject> objects(Cli.Result result) {
    return result.array().stream().map(JsonObject.class::cast).toList();
  }
}
