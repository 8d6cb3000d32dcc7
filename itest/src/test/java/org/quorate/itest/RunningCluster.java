package org.quorate.itest;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** What a cluster of three nodes says of itself, whatever its strategy. */
final class RunningCluster {
  private static final long SETTLE_NANOS = 120_000_000_000L;
  private static final long PAUSE_MS = 20;
  private static final int MAJORITY = 2;
  private static final JsonObject GROUP = new JsonObject().put("group", "default");

  private final Cli cli;
  private final List<NodeHttp> nodes = new ArrayList<>(); // addresses outlive processes

  RunningCluster(Cli cli) {
    this.cli = cli;
  }

  /** Something that becomes true after a while. */
  interface Condition {
    boolean holds() throws Exception;
  }

  void settle(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + SETTLE_NANOS;
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + " did not come:\n" + cli.run("status") + cli.run("doctor"));
      }
      Thread.sleep(PAUSE_MS); // what it waits for needs the processor too
    }
  }

  /** A line for each node, of the group that the bootstrap made, as a user sees it. */
  JsonObject line(String node) throws Exception {
    return cli.run("status", "--json").array().stream()
        .map(JsonObject.class::cast)
        .filter(l -> l.getString("group") == null || l.getString("group").equals("default"))
        .filter(l -> l.getString("node").equals(node))
        .findFirst()
        .orElseThrow();
  }

  /** What is waited for is asked of nodes: a process for each question takes processors from them. */
  private List<NodeHttp> nodes() throws Exception {
    if (nodes.isEmpty()) {
      for (Object each : cli.ok("node", "list", "--json").array()) {
        JsonObject node = (JsonObject) each;
        nodes.add(new NodeHttp(node.getString("node"), node.getString("http")));
      }
    }
    return nodes;
  }

  /** What each node says of that group, or nothing if it does not answer. */
  private List<JsonObject> shown() throws Exception {
    List<JsonObject> all = new ArrayList<>();
    for (NodeHttp node : nodes()) {
      NodeHttp.Answer shown = node.ask("group.show", GROUP);
      all.add(shown.ok() ? shown.object() : new JsonObject());
    }
    return all;
  }

  /** The leader, or what else the strategy's distinguished member is called. */
  String leader() throws Exception {
    AtomicReference<String> found = new AtomicReference<>();
    settle(
        "a leader",
        () -> {
          found.set(leaderOrNull());
          return found.get() != null;
        });
    return found.get();
  }

  /** The one that a majority of the nodes names. */
  String leaderOrNull() throws Exception {
    List<String> named =
        shown().stream().map(l -> l.getString("leader")).filter(Objects::nonNull).toList();
    return named.stream()
        .filter(n -> named.stream().filter(n::equals).count() >= MAJORITY)
        .findFirst()
        .orElse(null);
  }

  boolean running() throws Exception {
    return shown().stream().allMatch(l -> "RUNNING".equals(l.getString("state")));
  }

  /** No swap is under way, as the first node knows that answers. */
  boolean swapsEnded() throws Exception {
    for (NodeHttp node : nodes()) {
      NodeHttp.Answer swaps = node.ask("group.swaps", GROUP);
      if (swaps.ok()) {
        return swaps.array().stream()
            .map(JsonObject.class::cast)
            .allMatch(s -> s.getString("phase").matches("done|aborted"));
      }
    }
    return false;
  }

  boolean equalStates() throws Exception {
    Set<String> states = new HashSet<>();
    for (JsonObject each : shown()) {
      states.add(each.getLong("version") + " " + each.getString("stateHash"));
    }
    return states.size() == 1 && !states.contains("null null");
  }
}
