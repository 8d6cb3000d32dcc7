package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/**
 * A node process whose data is four times its heap: written, partly overwritten, read, restarted and
 * read again. A node that runs out of heap ends at once ({@code ExitOnOutOfMemoryError}). Takes a
 * minute or two, so it runs in the profile {@code large} alone.
 */
class LargerThanHeap {
  private static final int HEAP_MIB = 96;
  private static final int VALUE_BYTES = 32 << 10;
  private static final int KEYS = 4 * HEAP_MIB * (1 << 20) / VALUE_BYTES;
  private static final int OUTSTANDING = 32;
  private static final long PATIENCE_S = 400;

  @TempDir static Path directory;

  @Test
  void aNodeServesFourTimesItsHeap() throws Exception {
    Cli cli = new Cli(directory.resolve("data"));
    cli.ok(
        "up",
        "--detach",
        "--nodes",
        "1",
        "--timeout",
        "180",
        "--java-option",
        "-Xms" + HEAP_MIB + "m",
        "--java-option",
        "-Xmx" + HEAP_MIB + "m");
    try {
      run(cli);
    } finally {
      cli.ok("down");
    }
  }

  private static void run(Cli cli) throws Exception {
    JsonObject before = cli.ok("status", "--json").array().getJsonObject(0);
    try (QuorateClient client =
        QuorateClient.connect(ClientOptions.of(before.getString("client")))) {
      KvClient kv = new KvClient(client.group("default"));
      all(KEYS, key -> kv.put(key(key), value(key, 0)));
      all(KEYS / 8, key -> kv.put(key(8 * key), value(8 * key, 1)));
      check(kv);
    }
    JsonObject after = cli.ok("status", "--json").array().getJsonObject(0);
    assertEquals(before.getLong("pid"), after.getLong("pid"), "it is the same process still");
    cli.ok("node", "kill", "n1");
    cli.ok("node", "start", "n1");
    try (QuorateClient client =
        QuorateClient.connect(ClientOptions.of(before.getString("client")))) {
      check(new KvClient(client.group("default")));
    }
  }

  private static void check(KvClient kv) throws Exception {
    all(
        KEYS,
        key ->
            kv.get(key(key))
                .map(
                    got -> {
                      assertEquals(value(key, key % 8 == 0 ? 1 : 0), got.value(), "key " + key);
                      return null;
                    }));
  }

  /** Does something with each number, so many at a time. */
  private static void all(int count, IntFunction<Future<?>> action) throws Exception {
    AtomicInteger next = new AtomicInteger();
    List<Future<Void>> lines = new ArrayList<>();
    for (int i = 0; i < OUTSTANDING; i++) {
      Promise<Void> ended = Promise.promise();
      lines.add(ended.future());
      go(next, count, action, ended);
    }
    Future.all(lines).toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
  }

  private static void go(
      AtomicInteger next, int count, IntFunction<Future<?>> action, Promise<Void> ended) {
    int number = next.getAndIncrement();
    if (number >= count) {
      ended.complete();
      return;
    }
    action.apply(number).onSuccess(done -> go(next, count, action, ended)).onFailure(ended::fail);
  }

  /** Scattered over the key space, each once. */
  private static Bytes key(int number) {
    return Bytes.ofLong(number * 0x9e3779b97f4a7c15L);
  }

  /** Random, so that nothing packs it. */
  private static Bytes value(int number, int version) {
    byte[] value = new byte[VALUE_BYTES];
    new SplittableRandom(31L * number + version).nextBytes(value);
    return Bytes.wrap(value);
  }
}
