package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The main path of a user's day on the strategy without a leader. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CertifyCliIT {
  @TempDir static Path directory;
  private static Cli cli;
  private static RunningCluster cluster;

  @BeforeAll
  static void up() throws Exception {
    cli = new Cli(directory.resolve("data"));
    cluster = new RunningCluster(cli);
    JsonArray nodes =
        cli.ok("up", "--detach", "--json", "--timeout", "180", "--strategy", "certify").array();
    assertEquals(3, nodes.size(), nodes.encode());
    JsonObject group = cli.ok("group", "show", "default", "--json").object();
    assertEquals("certify", group.getString("strategy"));
  }

  @AfterAll
  static void down() throws Exception {
    cli.ok("down");
  }

  @Test
  @Order(1)
  void everyNodeTakesWritesAndReads() throws Exception {
    for (String node : new String[] {"n1", "n2", "n3"}) {
      String put = cli.ok("shell", node, "-c", "quorate:kv put at-" + node + " from-" + node).out();
      assertTrue(put.startsWith("REVISION"), put);
    }
    Cli.Result txn = cli.ok("kv", "txn", "put lock me", "--when", "lock absent", "--json");
    assertTrue(txn.object().getBoolean("succeeded"), txn.out());
    for (String node : new String[] {"n1", "n2", "n3"}) {
      String got = cli.ok("shell", node, "-c", "quorate:kv get at-n3").out();
      assertTrue(got.contains("from-n3"), got);
    }
  }

  @Test
  @Order(2)
  void aKilledMemberIsNotMissed() throws Exception {
    killAndRestart(cluster.leader().equals("n1") ? "n2" : "n1", "member");
  }

  @Test
  @Order(3)
  void aKilledSequencerIsReplaced() throws Exception {
    killAndRestart(cluster.leader(), "sequencer");
  }

  private static void killAndRestart(String victim, String key) throws Exception {
    cli.ok("kv", "put", key, "before");
    cli.ok("node", "kill", victim);
    assertEquals(5, cli.run("doctor").exit());
    assertEquals("before\n", cli.ok("kv", "get", key, "--timeout", "120").out());
    cli.ok("kv", "put", key, "meanwhile", "--timeout", "120");
    assertNotEquals(victim, cluster.leader());
    cli.ok("node", "start", victim);
    cluster.settle("equal states", cluster::equalStates);
    String got = cli.ok("shell", victim, "-c", "quorate:kv get " + key).out();
    assertTrue(got.contains("meanwhile"), got);
  }

  @Test
  @Order(4)
  void theDoctorFindsNothing() throws Exception {
    cluster.settle("a healthy cluster", () -> cli.run("doctor").exit() == 0);
  }
}
