package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A user's day: three processes, everything typed. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CliIT {
  @TempDir static Path directory;
  private static Cli cli;
  private static RunningCluster cluster;

  @BeforeAll
  static void up() throws Exception {
    cli = new Cli(directory.resolve("data"));
    cluster = new RunningCluster(cli);
    JsonArray nodes = cli.ok("up", "--detach", "--json", "--timeout", "180").array();
    assertEquals(3, nodes.size(), nodes.encode());
  }

  /** What a start takes is measured elsewhere; here, that what makes it short is in use. */
  @Test
  @Order(0)
  void nodesShareTheClassesOfTheBuild() throws Exception {
    String archive = "lib/node-" + System.getProperty("java.runtime.version") + ".jsa";
    for (Object node : cli.ok("node", "list", "--json").array()) {
      Path maps = Path.of("/proc", String.valueOf(((JsonObject) node).getLong("pid")), "maps");
      Assumptions.assumeTrue(Files.exists(maps), "no /proc here");
      assertTrue(Files.readString(maps).contains(archive), node.toString());
    }
  }

  @AfterAll
  static void down() throws Exception {
    cli.ok("down");
    assertEquals(3, cli.run("status").exit());
  }

  @Test
  @Order(1)
  void keysAreWrittenAndRead() throws Exception {
    cli.ok("kv", "put", "colour", "green");
    assertEquals("green\n", cli.ok("kv", "get", "colour").out());
    Cli.Result txn =
        cli.ok("kv", "txn", "put lock me", "--when", "lock absent", "--else", "get lock", "--json");
    assertTrue(txn.object().getBoolean("succeeded"), txn.out());
    assertEquals(
        5,
        cli.ok("kv", "add", "n", "--delta", "5", "--json", "--node", follower())
            .object()
            .getLong("number"));
    assertEquals(6, cli.ok("kv", "add", "n", "--json").object().getLong("number"));
    String put = cli.ok("shell", follower(), "-c", "quorate:kv put shape round").out();
    assertTrue(put.startsWith("REVISION"), put);
    assertEquals("round\n", cli.ok("kv", "get", "shape").out());
    cli.ok("kv", "delete", "shape");
    JsonArray scanned = cli.ok("kv", "scan", "--json").object().getJsonArray("entries");
    assertEquals(3, scanned.size(), scanned.encode());
    cli.ok("kv", "delete", "lock");
    Cli.Result gone = cli.run("kv", "get", "lock");
    assertEquals(1, gone.exit());
    assertTrue(gone.err().startsWith("error: no key 'lock'"), gone.err());
    String changes = cli.ok("kv", "watch", "lock", "--from", "1", "--count", "2").out();
    assertTrue(changes.matches("\\d+ put lock me\n\\d+ delete lock\n"), changes);
  }

  @Test
  @Order(1)
  void keysGoWithTheirLease() throws Exception {
    String lease = granted(600);
    cli.ok("kv", "put", "online/you", "yes", "--lease", lease);
    cli.ok("kv", "lease", "keep", lease);
    Cli.Result held = cli.ok("kv", "lease", "keys", lease, "--json");
    assertEquals("[\"online/you\"]", held.object().getJsonArray("keys").encode());
    cli.ok("kv", "lease", "end", lease);
    assertEquals(1, cli.run("kv", "get", "online/you").exit());
    Cli.Result late = cli.run("kv", "lease", "keep", lease);
    assertEquals(1, late.exit(), late.toString());
    assertTrue(late.err().contains("no lease " + lease), late.err());
    Cli.Result again = cli.run("kv", "lease", "end", lease);
    assertEquals(1, again.exit(), again.toString());
    assertTrue(again.err().contains("no lease " + lease), again.err());
    Cli.Result keys = cli.run("kv", "lease", "keys", lease);
    assertEquals(1, keys.exit(), keys.toString());
    assertTrue(keys.err().contains("no lease " + lease), keys.err());
    Cli.Result refused = cli.run("kv", "put", "online/you", "yes", "--lease", lease);
    assertNotEquals(0, refused.exit(), refused.toString());
    assertTrue(refused.err().contains("grant a new lease"), refused.err());

    // One that nobody keeps ends by itself, but not before a slow machine has put its key.
    Cli.Result put = refused;
    for (int seconds = 2; put.exit() != 0; seconds *= 2) {
      assertTrue(seconds < 200, put.toString());
      put = cli.run("kv", "put", "online/me", "yes", "--json", "--lease", granted(seconds));
    }
    String next = Long.toString(put.object().getLong("revision") + 1);
    String ended = cli.ok("kv", "watch", "online/me", "--from", next, "--count", "1").out();
    assertTrue(ended.matches("\\d+ delete online/me\n"), ended);
  }

  private static String granted(int seconds) throws Exception {
    return String.valueOf(
        cli.ok("kv", "lease", "grant", "" + seconds, "--json").object().getValue("lease"));
  }

  @Test
  @Order(2)
  void aFileLoadedTwiceChangesNothing() throws Exception {
    Path file = directory.resolve("people.csv");
    StringBuilder text = new StringBuilder("id,name\n");
    for (int i = 0; i < 2000; i++) {
      text.append(i).append(",person ").append(i).append('\n');
    }
    Files.writeString(file, text.append("broken\n"));
    String[] load = {"kv", "load", file.toString(), "--prefix", "person/", "--json"};
    Cli.Result first = cli.run(load);
    assertEquals(5, first.exit(), first.toString());
    assertEquals(2000, first.object().getLong("written"));
    assertTrue(
        Files.readString(directory.resolve("people.csv.rejects")).startsWith("{\"line\":2002,"));
    Cli.Result second = cli.run(load);
    assertEquals(0, second.object().getLong("written"));
    assertEquals(2000, second.object().getLong("unchanged"));
    Path exported = directory.resolve("all.ndjson");
    cli.ok("kv", "export", "--prefix", "person/", "--output", exported.toString());
    try (Stream<String> lines = Files.lines(exported)) {
      assertEquals(2000, lines.count());
    }
  }

  @Test
  @Order(2)
  void aLoadGoesByTheLimitsOfTheGroup() throws Exception {
    cli.ok("group", "create", "wide", "--options", "kv.value.bytes=1500000");
    Path file = directory.resolve("wide.csv");
    Files.writeString(
        file, "id,text\n1," + "x".repeat(1_400_000) + "\n2," + "x".repeat(1_600_000) + "\n");
    Cli.Result load =
        cli.run(
            "kv", "load", file.toString(), "--group", "wide", "--value-column", "text", "--json");
    assertEquals(5, load.exit(), load.toString());
    assertEquals(1, load.object().getLong("written"), load.out());
    String rejects = Files.readString(directory.resolve("wide.csv.rejects"));
    assertTrue(rejects.startsWith("{\"line\":3,"), rejects.substring(0, 100));
  }

  @Test
  @Order(3)
  void theShellOfANodeIsReached() throws Exception {
    String groups = cli.ok("shell", "n2", "-c", "quorate:groups").out();
    assertTrue(groups.contains("default"), groups);
    String why = "3 of 3 voters are connected";
    cluster.settle(
        why, () -> cli.ok("shell", "n1", "-c", "quorate:why default").out().contains(why));
    Cli.Result wrong = cli.run("shell", "n3", "-c", "quorate:group show nope");
    assertEquals(1, wrong.exit());
    assertTrue(wrong.out().contains("no group 'nope' on this node"), wrong.out());
  }

  @Test
  @Order(4)
  void leadershipIsHandedOver() throws Exception {
    String before = cluster.leader();
    String to = before.equals("n1") ? "n2" : "n1";
    cli.ok("group", "transfer", "default", to);
    cluster.settle("the hand-over", () -> to.equals(cluster.leaderOrNull()));
  }

  @Test
  @Order(4)
  void whatDeadProcessesBeganIsFinishedByOthers() throws Exception {
    try (FailoverOfProcesses failover = new FailoverOfProcesses(cli, directory)) {
      failover.run();
    }
  }

  @Test
  @Order(5)
  void operationsOfAllProcessesEndWhoeverDies() throws Exception {
    String victim;
    try (ShopOfProcesses shop = new ShopOfProcesses(cli)) {
      shop.run();
      shop.swapped("certify");
      shop.swapped("raft");
      victim = cluster.leader();
      shop.during("failed_over", () -> cli.ok("node", "kill", victim));
      shop.whoMissesOneCatchesUp();
    }
    aKilledLeaderIsReplacedAndComesBack(victim);
  }

  private void aKilledLeaderIsReplacedAndComesBack(String victim) throws Exception {
    assertEquals(5, cli.run("doctor").exit());
    cli.ok("kv", "put", "after-kill", "yes", "--timeout", "120");
    assertNotEquals(victim, cluster.leader());
    cli.ok("node", "start", victim);
    cluster.settle("equal hashes", cluster::equalStates);
    assertEquals("yes\n", cli.ok("kv", "get", "after-kill").out());
  }

  @Test
  @Order(6)
  void aPausedLeaderIsReplacedAndDoesNoHarm() throws Exception {
    String victim = cluster.leader();
    long pid = cluster.line(victim).getLong("pid");
    signal("STOP", pid);
    try {
      cli.ok("kv", "put", "while-paused", "yes", "--timeout", "120");
    } finally {
      signal("CONT", pid);
    }
    cluster.settle("equal hashes", cluster::equalStates);
    assertEquals("yes\n", cli.ok("kv", "get", "while-paused").out());
  }

  private static void signal(String name, long pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor());
  }

  @Test
  @Order(7)
  void theDoctorFindsNothing() throws Exception {
    cluster.settle("a healthy cluster", () -> cli.run("doctor").exit() == 0);
  }

  @Test
  @Order(8)
  void theDoctorNamesACorruptStore() throws Exception {
    cli.ok("group", "create", "second");
    cli.ok("node", "stop", "n3");
    Path damaged = directory.resolve("data/n3/data/state/second/state-1.db");
    byte[] content = Files.readAllBytes(damaged);
    for (int i = 0; i < content.length; i++) {
      content[i] ^= 0x5a;
    }
    Files.write(damaged, content);
    cli.ok("node", "start", "n3");
    AtomicReference<Cli.Result> last = new AtomicReference<>();
    cluster.settle(
        "a finding about the file",
        () -> {
          last.set(cli.run("doctor"));
          return last.get().out().contains("state-1.db");
        });
    Cli.Result found = last.get();
    assertEquals(5, found.exit(), found.toString());
    assertTrue(found.out().contains("group why"), found.out());
    assertFalse(found.out().contains("diverged"), found.out());
    assertFalse(found.out().contains("behind"), found.out());
  }

  @Test
  @Order(9)
  void aReadWithoutAQuorumSaysThatItWasNotAnswered() throws Exception {
    cli.ok("node", "kill", "n2");
    cli.ok("node", "kill", "n3");
    Cli.Result read = cli.run("kv", "get", "colour", "--timeout", "3");
    assertEquals(3, read.exit(), read.toString());
    assertFalse(read.err().contains("not known"), read.err());
  }

  private static String follower() throws Exception {
    return cluster.leader().equals("n1") ? "n2" : "n1";
  }
}
