package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The coordinator of a cluster goes from one group to another and back while a key is written; the node that
 * was asked for it is killed at once.
 */
final class CoordinatorGoesOn {
  private static final String HERE = "native:default";
  private static final String THERE = "native:other";

  private final Cli cli;
  private final RunningCluster cluster;
  private volatile boolean going = true;
  private volatile int written;

  CoordinatorGoesOn(Cli cli) {
    this.cli = cli;
    this.cluster = new RunningCluster(cli);
  }

  void thereAndBack() throws Exception {
    cli.ok("up", "--detach", "--json", "--timeout", "180"); // who was killed before is back
    cli.ok("group", "create", "other");
    cluster.settle("a place", () -> cli.run("coord", "providers").out().contains(THERE));
    CompletableFuture<Void> writing = new CompletableFuture<>();
    Thread writer = new Thread(() -> write(writing), "coordinator-goes-on");
    writer.setDaemon(true);
    writer.start();
    cli.ok("coord", "swap", HERE, THERE);
    cli.ok("node", "kill", "n1");
    cluster.settle("the switch", () -> isAt(THERE));
    cli.ok("node", "start", "n1");
    cluster.settle("the node", () -> cli.run("coord", "providers").out().contains(HERE));
    going = false;
    writing.get(120, TimeUnit.SECONDS);
    assertEquals(Integer.toString(written), read());
    cli.ok("coord", "swap", HERE, HERE, "--wait");
    assertTrue(isAt(HERE));
    assertEquals(Integer.toString(written), read());
  }

  private String read() throws Exception {
    return cli.ok("coord", "get", "app/count", "--json").object().getString("value");
  }

  private boolean isAt(String place) throws Exception {
    Cli.Result said = cli.run("coord", "swaps", "--json");
    return said.exit() == 0
        && said.array().stream()
            .map(JsonObject.class::cast)
            .anyMatch(
                s ->
                    HERE.equals(s.getString("coordinator"))
                        && place.equals(s.getString("serving"))
                        && "retired".equals(s.getString("phase")));
  }

  /** A number again until it is taken: it may be asked of the node that dies. */
  private void write(CompletableFuture<Void> done) {
    try {
      while (going) {
        String next = Integer.toString(written + 1);
        if (cli.run("coord", "put", "app/count", next).exit() == 0) {
          written++;
        }
      }
      done.complete(null);
    } catch (Exception e) {
      done.completeExceptionally(e);
    }
  }
}
