package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
  private static final long LAST_MS = 60_000;
  private static final int LOADS = 16;
  private static final int HISTORY_S = 5;
  private static final List<String> STRATEGIES = List.of("raft", "certify");
  private static final JsonObject GROUP = new JsonObject().put("group", "default");

  private enum Kill {
    BEFORE,
    DURING,
    AFTER
  }

  private final Cli cli;
  private final Random random;
  private final AtomicBoolean going = new AtomicBoolean(true);
  private final List<NodeHttp> nodes = new ArrayList<>();
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
    run(swaps, killEvery, () -> {});
  }

  /**
   * The same beside another load.
   *
   * @param stop ends that, before the states are compared
   */
  void run(int swaps, int killEvery, Runnable stop) throws Exception {
    List<String> addresses = new ArrayList<>();
    for (JsonObject line : objects(cli.ok("status", "--json").array())) {
      addresses.add(line.getString("client"));
      nodes.add(new NodeHttp(line.getString("node"), line.getString("http")));
    }
    try (QuorateClient client =
        QuorateClient.connect(ClientOptions.of(addresses.toArray(String[]::new)))) {
      KvClient kv = new KvClient(client.group("default"));
      CountingLoad load = new CountingLoad(kv, LOADS);
      CompletableFuture<Integer> histories = CompletableFuture.supplyAsync(this::histories);
      try {
        for (int i = 1; i <= swaps; i++) {
          swap(i % killEvery == 0);
          load.noneFailed();
        }
      } finally {
        load.stop();
        going.set(false);
        stop.run();
      }
      load.endsExact(LAST_MS);
      int commits = histories.get(HISTORY_S + 255, TimeUnit.SECONDS);
      settle("equal states", () -> running() && equalStates());
      System.out.printf(
          "%d swaps, %d kills, %d additions, %d transactions on lists%n",
          swapped, kills, load.acknowledged(), commits);
    }
  }

  // ---- load --------------------------------------------------------------------------------

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
    String now = shown(nodes.get(0)).getString("strategy");
    String to = STRATEGIES.get(1 - STRATEGIES.indexOf(now));
    Kill kill = withKill ? Kill.values()[random.nextInt(Kill.values().length)] : null;
    String victim = nodes.get(random.nextInt(nodes.size())).name();
    int afterMs = random.nextInt(400);
    if (kill == Kill.BEFORE) {
      // A member that does not answer is named, and nothing changed; so it is asked again later.
      kill(victim);
      NodeHttp.Answer refused = request(to, victim);
      assertTrue(!refused.ok() && refused.body().contains(victim), refused.toString());
      cli.ok("node", "start", victim);
      settle(victim + " to be back", this::running);
    }
    long id = planned(to);
    if (kill == Kill.DURING) {
      Thread.sleep(afterMs);
      kill(victim);
      settle("the swap to end", () -> phase(id).matches("switched|done|aborted"));
      cli.ok("node", "start", victim);
    }
    settle("the switch to " + to, () -> switched(to));
    if (kill == Kill.AFTER) {
      kill(victim);
      cli.ok("node", "start", victim);
    }
    swapped++;
  }

  /** Asks a node that is not down. */
  private NodeHttp.Answer request(String to, String down) throws Exception {
    NodeHttp node = nodes.stream().filter(n -> !n.name().equals(down)).findFirst().orElseThrow();
    return node.ask("group.swap", GROUP.copy().put("strategy", to));
  }

  private void kill(String node) throws Exception {
    kills++;
    cli.ok("node", "kill", node);
  }

  /** The number of the swap. */
  private long planned(String to) throws Exception {
    AtomicLong id = new AtomicLong();
    settle(
        "the swap to be planned",
        () -> {
          NodeHttp.Answer answer = request(to, "");
          if (answer.ok()) {
            id.set(answer.object().getLong("id"));
          }
          return answer.ok();
        });
    return id.get();
  }

  /** Empty as long as the first node that answers does not know of the swap. */
  private String phase(long id) throws Exception {
    for (JsonObject swap : swaps()) {
      if (swap.getLong("id") == id) {
        return phase(swap);
      }
    }
    return "";
  }

  private boolean aborted() throws Exception {
    List<JsonObject> all = swaps();
    return !all.isEmpty() && phase(all.get(all.size() - 1)).equals("aborted");
  }

  /** Asks again if a kill made the group give the swap up. */
  private boolean switched(String to) throws Exception {
    if (aborted()) {
      request(to, "");
      return false;
    }
    List<JsonObject> all = swaps();
    JsonObject last = all.isEmpty() ? null : all.get(all.size() - 1);
    return last != null && last.getString("to").equals(to) && !phase(last).startsWith("warm");
  }

  private boolean settled() throws Exception {
    List<JsonObject> all = swaps();
    return all.stream().allMatch(s -> phase(s).matches("done|aborted"));
  }

  private static String phase(JsonObject swap) {
    return swap.getString("phase");
  }

  /** As the first node that answers knows them. */
  private List<JsonObject> swaps() throws Exception {
    for (NodeHttp node : nodes) {
      NodeHttp.Answer all = node.ask("group.swaps", GROUP);
      if (all.ok()) {
        return objects(all.array());
      }
    }
    return List.of();
  }

  // ---- the cluster -------------------------------------------------------------------------

  private static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }

  /** What a node says of its replica; empty if it does not answer. */
  private static JsonObject shown(NodeHttp node) throws Exception {
    NodeHttp.Answer shown = node.ask("group.show", GROUP);
    return shown.ok() ? shown.object() : new JsonObject();
  }

  private boolean running() throws Exception {
    for (NodeHttp node : nodes) {
      if (!"RUNNING".equals(shown(node).getString("state"))) {
        return false;
      }
    }
    return true;
  }

  private boolean equalStates() throws Exception {
    Set<String> states = new HashSet<>();
    for (NodeHttp node : nodes) {
      states.add(shown(node).getLong("version") + " " + shown(node).getString("stateHash"));
    }
    return states.size() == 1;
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
