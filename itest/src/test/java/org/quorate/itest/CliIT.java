package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
  private static final long SETTLE_MS = 120_000;

  @TempDir static Path directory;
  private static Cli cli;

  @BeforeAll
  static void up() throws Exception {
    cli = new Cli(directory.resolve("data"));
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
  @Order(3)
  void theShellOfANodeIsReached() throws Exception {
    String groups = cli.ok("shell", "n2", "-c", "quorate:groups").out();
    assertTrue(groups.contains("default"), groups);
    String why = cli.ok("shell", "n1", "-c", "quorate:why default").out();
    assertTrue(why.contains("3 of 3 voters are connected"), why);
    Cli.Result wrong = cli.run("shell", "n3", "-c", "quorate:group show nope");
    assertEquals(1, wrong.exit());
    assertTrue(wrong.out().contains("no group 'nope' on this node"), wrong.out());
  }

  @Test
  @Order(4)
  void leadershipIsHandedOver() throws Exception {
    String before = leader();
    String to = before.equals("n1") ? "n2" : "n1";
    cli.ok("group", "transfer", "default", to);
    settle("the hand-over", () -> to.equals(leaderOrNull()));
  }

  @Test
  @Order(5)
  void aKilledLeaderIsReplacedAndComesBack() throws Exception {
    String victim = leader();
    cli.ok("node", "kill", victim);
    assertEquals(5, cli.run("doctor").exit());
    cli.ok("kv", "put", "after-kill", "yes", "--timeout", "120");
    assertNotEquals(victim, leader());
    cli.ok("node", "start", victim);
    settle("equal hashes", CliIT::equalHashes);
    assertEquals("yes\n", cli.ok("kv", "get", "after-kill").out());
  }

  @Test
  @Order(6)
  void aPausedLeaderIsReplacedAndDoesNoHarm() throws Exception {
    String victim = leader();
    long pid = line(victim).getLong("pid");
    signal("STOP", pid);
    try {
      cli.ok("kv", "put", "while-paused", "yes", "--timeout", "120");
    } finally {
      signal("CONT", pid);
    }
    settle("equal hashes", CliIT::equalHashes);
    assertEquals("yes\n", cli.ok("kv", "get", "while-paused").out());
  }

  private static void signal(String name, long pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor());
  }

  @Test
  @Order(7)
  void theDoctorFindsNothing() throws Exception {
    settle("a healthy cluster", () -> cli.run("doctor").exit() == 0);
  }

  /** Something that becomes true after a while. */
  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void settle(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + " did not come:\n" + cli.run("status") + cli.run("doctor"));
      }
    }
  }

  private static JsonObject line(String node) throws Exception {
    return lines().stream().filter(l -> l.getString("node").equals(node)).findFirst().orElseThrow();
  }

  private static List<JsonObject> lines() throws Exception {
    return cli.run("status", "--json").array().stream().map(JsonObject.class::cast).toList();
  }

  private static String leader() throws Exception {
    settle("a leader", () -> leaderOrNull() != null);
    return leaderOrNull();
  }

  private static String follower() throws Exception {
    return leader().equals("n1") ? "n2" : "n1";
  }

  /** The one that says so itself with the highest term. */
  private static String leaderOrNull() throws Exception {
    return lines().stream()
        .filter(l -> "leader".equals(l.getString("role")))
        .max((a, b) -> Long.compare(term(a), term(b)))
        .map(l -> l.getString("node"))
        .orElse(null);
  }

  private static long term(JsonObject line) {
    return Long.parseLong(line.getString("term"));
  }

  private static boolean equalHashes() throws Exception {
    Set<String> states = new HashSet<>();
    for (JsonObject line : lines()) {
      states.add(line.getLong("version") + " " + line.getString("stateHash"));
    }
    return states.size() == 1 && !states.contains("null null");
  }
}
