package org.quorate.itest.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quorate.itest.Cli;

/**
 * Clients outside append to lists and raise a counter while processes are killed and stopped and
 * links are lost. At the end everything is healed: the history has to be strictly serializable, the
 * counter exact, and the states of all nodes equal.
 */
class NamespaceSoak {
  /** Clients go on for so long after the last fault. */
  private static final int CALM_S = 20;

  private static final int LONGEST_S = 500;
  private static final int SETTLE_S = 120;

  private final long seconds = Long.getLong("soak.seconds", 120);
  private final long seed =
      Long.getLong("soak.seed", ThreadLocalRandom.current().nextLong(1, 1_000_000));
  private final String strategy = System.getProperty("soak.strategy", "raft");
  private final Path data =
      Path.of("target", "soak", Long.toString(ProcessHandle.current().pid())).toAbsolutePath();
  private final Cli cli = new Cli(data, (int) seconds + CALM_S + 300);

  @Test
  void nothingIsLostDoubledOrSeenInTwoWays() throws Exception {
    assertTrue(
        seconds >= 1 && seconds <= LONGEST_S, "-Dsoak.seconds has to be from 1 to " + LONGEST_S);
    String again =
        String.format(
            "-Dsoak.strategy=%s -Dsoak.seed=%d -Dsoak.seconds=%d", strategy, seed, seconds);
    System.out.println("soak " + again);
    try (SoakCluster cluster = new SoakCluster(data, strategy)) {
      Thread cleaner = new Thread(() -> closeQuietly(cluster), "soak-cleaner");
      Runtime.getRuntime().addShutdownHook(cleaner);
      soak(cluster);
      Runtime.getRuntime().removeShutdownHook(cleaner);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "the soak failed, data and logs are in " + data + "; the same faults: " + again, e);
    }
    remove();
  }

  private void soak(SoakCluster cluster) throws Exception {
    for (int node = 1; node <= SoakCluster.NODES; node++) {
      cluster.start(node);
    }
    settle("the bootstrap", cluster, () -> on(cluster, "node", "bootstrap").exit() == 0);
    settle("a first write", cluster, () -> on(cluster, "kv", "put", "soak", "begun").exit() == 0);
    List<CompletableFuture<Cli.Result>> clients =
        Stream.of("list-append", "counter").map(name -> workload(cluster, name)).toList();
    new Faults(cluster, seed).run(seconds);
    for (CompletableFuture<Cli.Result> client : clients) {
      verdict(client.get());
    }
    assertEquals(0, on(cluster, "kv", "put", "soak", "healed").exit(), "no write after the faults");
    settle("equal states", cluster, () -> equalStates(cluster));
  }

  private CompletableFuture<Cli.Result> workload(SoakCluster cluster, String name) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return on(
                cluster,
                "bench",
                "--workload",
                name,
                "--clients",
                "6",
                "--spread",
                "all",
                "--seconds",
                Long.toString(seconds + CALM_S),
                "--check",
                "--json");
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void verdict(Cli.Result result) {
    assertEquals(0, result.exit(), result.toString());
    JsonObject report = result.object();
    System.out.printf(
        "soak %s: %d commits, %d without an answer, aborts %s, anomalies %s%n",
        report.getString("workload"),
        report.getLong("commits"),
        report.getLong("failed"),
        report.getValue("aborts"),
        report.getJsonArray("anomalies"));
    assertEquals(new JsonArray(), report.getJsonArray("anomalies"));
    assertTrue(report.getLong("commits") > 0, result.out());
  }

  private Cli.Result on(SoakCluster cluster, String... words)
      throws IOException, InterruptedException {
    String[] all =
        Stream.concat(Stream.of("--cluster", cluster.clusterFile().toString()), Stream.of(words))
            .toArray(String[]::new);
    return cli.run(all);
  }

  private boolean equalStates(SoakCluster cluster) throws IOException, InterruptedException {
    Cli.Result status = on(cluster, "status", "--json");
    Set<String> states = new HashSet<>();
    for (Object each : status.exit() == 0 ? status.array() : new JsonArray()) {
      JsonObject line = (JsonObject) each;
      states.add(
          line.getString("state") + line.getLong("version") + " " + line.getString("stateHash"));
    }
    boolean equal = states.size() == 1 && states.iterator().next().startsWith("RUNNING");
    if (equal) {
      System.out.println("soak: equal states " + states);
    }
    return equal;
  }

  /** Something that becomes true after a while. */
  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private void settle(String what, SoakCluster cluster, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_S);
    while (!condition.holds()) {
      for (int node = 1; node <= SoakCluster.NODES; node++) {
        cluster.mustRun(node);
      }
      if (System.nanoTime() > end) {
        throw new AssertionError(what + " did not come:\n" + on(cluster, "status", "--json"));
      }
    }
  }

  private static void closeQuietly(SoakCluster cluster) {
    try {
      cluster.close();
    } catch (IOException | InterruptedException e) {
      System.err.println("soak: not all is cleaned up: " + e);
    }
  }

  private void remove() throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
