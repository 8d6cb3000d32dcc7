package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.quorate.api.Bytes;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;

/**
 * Three processes go from strategy to strategy under load while nodes are killed: before a swap is
 * asked for, while it goes on, after it. No operation of a client may fail, a counter has to be exact,
 * the history of lists strictly serializable, the states equal. Which swaps have a kill, whom it hits
 * and when comes from the seed; what runs under it is as concurrent as ever.
 */
public final class SwapsUnderKills {
  private static final long SETTLE_MS = 120_000;
  private static final int LOADS = 16;
  private static final int HISTORY_S = 10;
  private static final List<String> STRATEGIES = List.of("raft", "certify");

  private enum Kill {
    BEFORE,
    DURING,
    AFTER
  }

  private final Cli cli;
  private final Random random;
  private final AtomicBoolean going = new AtomicBoolean(true);
  private final AtomicInteger asked = new AtomicInteger();
  private int swapped;
  private int kills;

  /** On a cluster that {@code quorate up} made. */
  public SwapsUnderKills(Cli cli, long seed) {
    this.cli = cli;
    this.random = new Random(seed);
  }

  /**
   * Runs it.
   *
   * @param killEvery one swap of so many has a kill
   */
  public void run(int swaps, int killEvery) throws Exception {
    String[] addresses =
        status().stream().map(node -> node.getString("client")).toArray(String[]::new);
    try (QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses))) {
      KvClient kv = new KvClient(client.group("default"));
      Bytes counter = Bytes.utf8("counter");
      List<Future<Long>> loads = new ArrayList<>();
      for (int i = 0; i < LOADS; i++) {
        Promise<Long> ended = Promise.promise();
        add(kv, counter, ended);
        loads.add(ended.future());
      }
      CompletableFuture<Integer> histories = CompletableFuture.supplyAsync(this::histories);
      try {
        for (int i = 1; i <= swaps; i++) {
          swap(i % killEvery == 0);
          assertTrue(loads.stream().noneMatch(Future::failed), () -> "a client failed: " + loads);
        }
      } finally {
        going.set(false);
      }
      Future.all(loads).toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
      String sum =
          kv.get(counter)
              .toCompletionStage()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS)
              .value()
              .utf8();
      assertEquals(Integer.toString(asked.get()), sum, "every addition is executed once");
      int commits = histories.get(4 * HISTORY_S + 60, TimeUnit.SECONDS);
      settle("equal states", () -> running() && equalStates());
      System.out.printf(
          "%d swaps, %d kills, %s additions, %d transactions on lists%n",
          swapped, kills, sum, commits);
    }
  }

  // ---- load --------------------------------------------------------------------------------

  /** One addition after the other; not a chain of futures, which would end in a deep recursion. */
  private void add(KvClient kv, Bytes counter, Promise<Long> ended) {
    asked.incrementAndGet();
    kv.add(counter, 1)
        .onSuccess(
            sum -> {
              if (going.get()) {
                add(kv, counter, ended);
              } else {
                ended.complete(sum);
              }
            })
        .onFailure(ended::fail);
  }

  /** One history after the other, each checked; how many transactions there were. */
  private int histories() {
    int commits = 0;
    try {
      while (going.get()) {
        JsonObject report =
            cli.ok(
                    "bench",
                    "--workload",
                    "list-append",
                    "--clients",
                    "4",
                    "--spread",
                    "all",
                    "--seconds",
                    Integer.toString(HISTORY_S),
                    "--check",
                    "--json")
                .object();
        assertEquals(new JsonArray(), report.getJsonArray("anomalies"), report.encode());
        assertEquals(0, report.getLong("failed"), report.encode());
        commits += report.getInteger("commits");
      }
      return commits;
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- swaps and kills ---------------------------------------------------------------------

  private void swap(boolean withKill) throws Exception {
    settle("all nodes to run and the link before to be retired", () -> running() && settled());
    String now = cli.ok("group", "show", "default", "--json").object().getString("strategy");
    String to = STRATEGIES.get(1 - STRATEGIES.indexOf(now));
    Kill kill = withKill ? Kill.values()[random.nextInt(Kill.values().length)] : null;
    String victim = "n" + (1 + random.nextInt(3));
    int afterMs = random.nextInt(400);
    if (kill == Kill.BEFORE) {
      // A member that does not answer is named, and nothing changed; so it is asked again later.
      kill(victim);
      Cli.Result refused = cli.run("group", "swap", "default", to);
      assertTrue(refused.exit() != 0 && refused.err().contains(victim), refused.toString());
      cli.ok("node", "start", victim);
      settle(victim + " to be back", this::running);
    }
    int before = ended(to);
    request(to);
    if (kill == Kill.DURING) {
      Thread.sleep(afterMs);
      kill(victim);
      settle("the swap to end", () -> endedAgain(before, to));
      cli.ok("node", "start", victim);
    }
    settle("the switch to " + to, () -> switched(to));
    if (kill == Kill.AFTER) {
      kill(victim);
      cli.ok("node", "start", victim);
    }
    swapped++;
  }

  private void request(String to) throws Exception {
    settle("the swap to be planned", () -> cli.run("group", "swap", "default", to).exit() == 0);
  }

  private void kill(String node) throws Exception {
    kills++;
    cli.ok("node", "kill", node);
  }

  /** Swaps to a strategy that have ended well. */
  private int ended(String to) throws Exception {
    return (int)
        swaps().stream()
            .filter(s -> s.getString("to").equals(to) && !phase(s).startsWith("warm"))
            .count();
  }

  private boolean endedAgain(int before, String to) throws Exception {
    return ended(to) > before;
  }

  /** Asks again if a kill made the group give the swap up. */
  private boolean switched(String to) throws Exception {
    List<JsonObject> all = swaps();
    JsonObject last = all.isEmpty() ? null : all.get(all.size() - 1);
    if (last != null && phase(last).equals("aborted")) {
      cli.run("group", "swap", "default", to);
      return false;
    }
    return last != null && last.getString("to").equals(to) && !phase(last).startsWith("warm");
  }

  private boolean settled() throws Exception {
    Cli.Result all = cli.run("group", "swaps", "default", "--json");
    return all.exit() == 0
        && objects(all.array()).stream().allMatch(s -> phase(s).matches("done|aborted"));
  }

  private static String phase(JsonObject swap) {
    return swap.getString("phase");
  }

  private List<JsonObject> swaps() throws Exception {
    Cli.Result all = cli.run("group", "swaps", "default", "--json");
    return all.exit() == 0 ? objects(all.array()) : List.of();
  }

  // ---- the cluster -------------------------------------------------------------------------

  private List<JsonObject> status() throws Exception {
    return objects(cli.ok("status", "--json").array());
  }

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  private boolean running() throws Exception {
    return status().stream().allMatch(s -> "RUNNING".equals(s.getString("state")));
  }

  private boolean equalStates() throws Exception {
    return status().stream().map(s -> s.getString("stateHash")).distinct().count() == 1;
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
      Thread.sleep(100);
    }
  }
}
