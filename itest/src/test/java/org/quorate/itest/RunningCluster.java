package org.quorate.itest;

import io.vertx.core.json.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** What the command line says of a cluster of three nodes, whatever its strategy. */
final class RunningCluster {
  private static final long SETTLE_NANOS = 120_000_000_000L;
  private static final long PAUSE_MS = 20;
  private static final int MAJORITY = 2;

  private final Cli cli;

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

  /** A line for each node, of the group that the bootstrap made. */
  private List<JsonObject> lines() throws Exception {
    return cli.run("status", "--json").array().stream()
        .map(JsonObject.class::cast)
        .filter(l -> l.getString("group") == null || l.getString("group").equals("default"))
        .toList();
  }

  JsonObject line(String node) throws Exception {
    return lines().stream().filter(l -> l.getString("node").equals(node)).findFirst().orElseThrow();
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
        lines().stream().map(l -> l.getString("leader")).filter(Objects::nonNull).toList();
    return named.stream()
        .filter(n -> named.stream().filter(n::equals).count() >= MAJORITY)
        .findFirst()
        .orElse(null);
  }

  boolean equalStates() throws Exception {
    Set<String> states = new HashSet<>();
    for (JsonObject line : lines()) {
      states.add(line.getLong("version") + " " + line.getString("stateHash"));
    }
    return states.size() == 1 && !states.contains("null null");
  }
}
