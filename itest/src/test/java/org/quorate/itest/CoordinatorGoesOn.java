package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.quorate.tck.net.ZooKeeperServers;

/**
 * The coordinator of a cluster goes from its group to three ZooKeeper processes and back, while bundles in
 * all nodes use it. Of the first swap the node that works on it is stopped for longer than its lease, of the
 * second it is killed; in between the ZooKeeper server that leads is killed.
 */
final class CoordinatorGoesOn {
  private static final String HERE = "native:default";
  private static final String THERE = "zk";
  private static final JsonObject NOTHING = new JsonObject();

  private final Cli cli;
  private final RunningCluster cluster;
  private final Path data;
  private final List<NodeHttp> nodes = new ArrayList<>();
  private UsersInNodes users;

  /** On a cluster that {@code quorate up} made in a folder. */
  CoordinatorGoesOn(Cli cli, Path data) {
    this.cli = cli;
    this.cluster = new RunningCluster(cli);
    this.data = data;
  }

  void thereAndBack() throws Exception {
    try (ZooKeeperServers servers = servers()) {
      configured(servers);
      servers.serve();
      cli.ok("up", "--detach", "--json", "--timeout", "180");
      List<String> addresses = new ArrayList<>();
      List<String> names = new ArrayList<>();
      for (Object each : cli.ok("node", "list", "--json").array()) {
        JsonObject node = (JsonObject) each;
        names.add(node.getString("node"));
        addresses.add(node.getString("client"));
        nodes.add(new NodeHttp(node.getString("node"), node.getString("http")));
      }
      cli.ok("group", "create", "system");
      for (NodeHttp node : nodes) {
        cluster.settle(
            "a place", () -> node.ask("coord.providers", NOTHING).body().contains(THERE));
      }
      users = new UsersInNodes(cli, data, names);
      users.startAll();
      try (HeldUp heldUp = new HeldUp(addresses.toArray(String[]::new), HERE)) {
        busy();
        stopped(heldUp);
        busy();
        servers.killLeader();
        busy();
        killed(heldUp);
        busy();
      }
      nothingIsLost();
    }
  }

  /** Of the jars that the distribution has. */
  private ZooKeeperServers servers() throws IOException {
    Path home = Distribution.ofThisBuild().home();
    String classPath =
        Files.readAllLines(home.resolve("lib/cli.classpath")).stream()
            .map(jar -> home.resolve(jar).toString())
            .collect(Collectors.joining(File.pathSeparator));
    return new ZooKeeperServers(
        data.getParent(),
        classPath,
        "org.quorate.cli.bench.peer.WithParent",
        "org.apache.zookeeper.server.quorum.QuorumPeerMain");
  }

  /** What an operator adds to the file of each node; it counts when the node starts. */
  private void configured(ZooKeeperServers servers) throws Exception {
    cli.ok("down");
    String place =
        "coordinators:\n  - {name: zk, provider: zookeeper, options: {coordinator.zk.connect: \""
            + servers.connect()
            + "\"}}\n";
    for (String node : List.of("n1", "n2", "n3")) {
      Files.writeString(data.resolve(node).resolve("node.yaml"), place, StandardOpenOption.APPEND);
    }
  }

  /** Everybody has written again, seen others' writes, and had a turn. */
  private void busy() throws Exception {
    for (NodeHttp node : nodes) {
      long wrote = users.count(node.name(), "WROTE ");
      long saw = users.count(node.name(), "SAW ");
      cluster.settle(
          "use by " + node.name() + "\n" + users,
          () ->
              users.count(node.name(), "WROTE ") > wrote + 5
                  && users.count(node.name(), "SAW ") > saw + 20);
    }
  }

  // ---- swaps ------------------------------------------------------------------------------------

  private NodeHttp other(String than) {
    return nodes.stream().filter(node -> !node.name().equals(than)).findFirst().orElseThrow();
  }

  private NodeHttp.Answer ask(NodeHttp node, String to) throws Exception {
    JsonObject wanted = new JsonObject().put("coordinator", HERE).put("to", to);
    return node.ask("coord.swap", wanted.put("acceptLoss", true));
  }

  /** The number of a swap that was asked for. */
  private long asked(String to) throws Exception {
    NodeHttp.Answer answer = ask(nodes.get(0), to);
    assertTrue(answer.ok(), answer::toString);
    return answer.object().getLong("id");
  }

  private static JsonObject swap(NodeHttp node) throws Exception {
    NodeHttp.Answer said = node.ask("coord.swaps", NOTHING);
    return !said.ok()
        ? NOTHING
        : said.array().stream()
            .map(JsonObject.class::cast)
            .filter(swap -> HERE.equals(swap.getString("coordinator")))
            .findFirst()
            .orElse(NOTHING);
  }

  private static String phase(NodeHttp node) throws Exception {
    return swap(node).getString("phase", "");
  }

  private void comesTo(String phase) throws Exception {
    cluster.settle("the phase " + phase, () -> phase.equals(phase(nodes.get(0))));
  }

  /** Waits until all is there. What the nodes gave up, as on a machine that is slow, is asked for again. */
  private void arrives(String to, NodeHttp node) throws Exception {
    cluster.settle(
        "the coordinator at " + to + "\n" + users,
        () -> {
          if (phase(node).equals("aborted")) {
            ask(node, to);
          }
          return phase(node).equals("retired") && to.equals(swap(node).getString("serving"));
        });
  }

  /** Who works on the swap, as soon as somebody does: who did may be replaced just then. */
  private String working() throws Exception {
    AtomicReference<String> found = new AtomicReference<>();
    cluster.settle(
        "who works on the swap",
        () -> {
          found.set(driver(nodes.get(0)));
          return found.get() != null;
        });
    return found.get();
  }

  /** Who works on the swap; null if nobody does. */
  private static String driver(NodeHttp asked) throws Exception {
    JsonObject lock = new JsonObject().put("lock", "coordinators/" + HERE + "/swap");
    NodeHttp.Answer said = asked.ask("lock.show", lock.put("group", "system"));
    if (!said.ok() || said.array().isEmpty()) {
      return null;
    }
    String holder = said.array().getJsonObject(0).getString("holder");
    return holder.substring(holder.lastIndexOf(' ') + 1);
  }

  /** Waits until another node works on the swap, or it is over. */
  private void handedOn(String from) throws Exception {
    NodeHttp node = other(from);
    cluster.settle(
        "who works on the swap after " + from,
        () -> {
          String now = driver(node);
          return now != null && !now.equals(from) || phase(node).matches("retired|aborted");
        });
  }

  /** Who works on it is stopped when the seal has fallen, and is back when others have done it. */
  private void stopped(HeldUp heldUp) throws Exception {
    heldUp.at(0, "RETIRED");
    heldUp.at(asked(THERE), "WARMING");
    comesTo("sealed");
    String driver = working();
    long pid = cluster.line(driver).getLong("pid");
    signal("STOP", pid);
    try {
      handedOn(driver);
      heldUp.away();
      arrives(THERE, other(driver));
    } finally {
      signal("CONT", pid);
    }
  }

  /** Who works on it is killed while it warms the target. */
  private void killed(HeldUp heldUp) throws Exception {
    heldUp.at(0, "RETIRED");
    asked(HERE);
    comesTo("warming");
    String driver = working();
    cli.ok("node", "kill", driver);
    handedOn(driver);
    heldUp.away();
    arrives(HERE, other(driver));
    cli.ok("node", "start", driver);
    users.start(driver);
  }

  private static void signal(String name, long pid) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor());
  }

  // ---- what is left
  // -------------------------------------------------------------------------------

  private void nothingIsLost() throws Exception {
    cli.ok("coord", "put", "user/stop", Integer.toString(nodes.size()));
    cluster.settle("the end of the users\n" + users, users::ended);
    users.agree();
    assertEquals(HERE, swap(nodes.get(0)).getString("serving"));
    for (NodeHttp node : nodes) {
      for (String list : List.of("lock.list", "session.list", "op.list")) {
        empty(node, list);
      }
    }
  }

  /** Sessions of the user that was killed end when nobody has kept them alive for long enough. */
  private void empty(NodeHttp node, String list) throws Exception {
    cluster.settle(
        "nothing in " + list + " by " + node.name(),
        () -> {
          NodeHttp.Answer answer = node.ask(list, NOTHING);
          return answer.ok() && answer.array().isEmpty();
        });
  }
}
