package org.quorate.itest.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces n1, n2 … on one bridge of this machine, whose own end is where clients are.
 * Names carry the pid of this process, so that two soaks do not meet and one that was killed can be
 * cleaned up after.
 */
final class Namespaces implements AutoCloseable {
  /** Set aside for measuring networks (RFC 2544): nothing outside is reached by it. */
  private static final String NETWORK = "198.18.";

  private static final String NAME = "quorate-soak-";

  /** An address of hardware that nobody has. */
  private static final String NOWHERE = "02:00:00:00:fe:fe";

  private final long id = ProcessHandle.current().pid();
  private final int nodes;
  private final boolean delays;

  /** Makes them; what an earlier soak left behind is removed first. */
  Namespaces(int nodes) throws IOException, InterruptedException {
    this.nodes = nodes;
    check();
    sweep();
    try {
      Shell.ok("ip", "link", "add", bridge(), "type", "bridge");
      Shell.ok("ip", "addr", "add", subnet() + "254/24", "dev", bridge());
      Shell.ok("ip", "link", "set", bridge(), "up");
      for (int node = 1; node <= nodes; node++) {
        add(node);
      }
      delays = nodes > 0 && canDelay();
    } catch (IOException | InterruptedException e) {
      close();
      throw e;
    }
  }

  private void check() throws IOException, InterruptedException {
    try {
      Shell.ok("ip", "-V");
    } catch (IOException e) {
      throw new IOException(
          "the soak wants the program 'ip' of iproute2: apt-get install iproute2,"
              + " dnf install iproute or apk add iproute2",
          e);
    }
    Shell.Result listed = Shell.run("ip", "netns", "add", NAME + id + "-probe");
    if (listed.exit() != 0) {
      throw new IOException(
          "the soak may not make network namespaces (run it as root, in a container with"
              + " --cap-add NET_ADMIN --cap-add SYS_ADMIN): "
              + listed.out());
    }
    Shell.ok("ip", "netns", "del", NAME + id + "-probe");
  }

  private static void sweep() throws IOException, InterruptedException {
    for (String line : Shell.ok("ip", "netns", "list").lines().toList()) {
      String name = line.split(" ")[0];
      if (name.startsWith(NAME)) {
        long owner = Long.parseLong(name.split("-")[2]);
        if (ProcessHandle.of(owner).isEmpty()) {
          remove(name);
          Shell.run("ip", "link", "del", "qs" + owner + "b");
        }
      }
    }
  }

  private void add(int node) throws IOException, InterruptedException {
    String inside = namespace(node);
    Shell.ok("ip", "netns", "add", inside);
    Shell.ok(
        "ip", "link", "add", link(node), "type", "veth", "peer", "name", "eth0", "netns", inside);
    Shell.ok("ip", "link", "set", link(node), "master", bridge(), "up");
    within(node, "ip", "addr", "add", address(node) + "/24", "dev", "eth0");
    within(node, "ip", "link", "set", "lo", "up");
    within(node, "ip", "link", "set", "eth0", "up");
  }

  /** Not every kernel has the queueing discipline netem. */
  private boolean canDelay() throws InterruptedException {
    try {
      delay(1, 1);
      delay(1, 0);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private String bridge() {
    return "qs" + id + "b";
  }

  private String link(int node) {
    return "qs" + id + "n" + node;
  }

  private String namespace(int node) {
    return NAME + id + "-n" + node;
  }

  private String subnet() {
    return NETWORK + id % 250 + ".";
  }

  /** Where a node listens. */
  String address(int node) {
    return subnet() + node;
  }

  /** Whether {@link #delay} works here. */
  boolean delays() {
    return delays;
  }

  /** The words that run a command in a node's namespace, in the process that they start. */
  List<String> within(int node, List<String> command) {
    List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", namespace(node)));
    words.addAll(command);
    return words;
  }

  private void within(int node, String... command) throws IOException, InterruptedException {
    Shell.ok(within(node, List.of(command)).toArray(String[]::new));
  }

  /** Takes a node's cable out, or puts it in again. */
  void cable(int node, boolean in) throws IOException, InterruptedException {
    Shell.ok("ip", "link", "set", link(node), in ? "up" : "down");
  }

  /** What a node sends to another is lost, or arrives again; the other way is as it was. */
  void oneWay(int from, int to, boolean arrives) throws IOException, InterruptedException {
    if (arrives) {
      within(from, "ip", "neigh", "del", address(to), "dev", "eth0");
    } else {
      within(
          from,
          "ip",
          "neigh",
          "replace",
          address(to),
          "lladdr",
          NOWHERE,
          "nud",
          "permanent",
          "dev",
          "eth0");
    }
  }

  /** What a node sends takes so much longer, give or take a quarter; 0 for no longer. */
  void delay(int node, int ms) throws IOException, InterruptedException {
    if (ms == 0) {
      within(node, "tc", "qdisc", "del", "dev", "eth0", "root");
    } else {
      within(
          node,
          "tc",
          "qdisc",
          "replace",
          "dev",
          "eth0",
          "root",
          "netem",
          "delay",
          ms + "ms",
          Math.max(1, ms / 4) + "ms");
    }
  }

  private static void remove(String namespace) throws IOException, InterruptedException {
    for (String pid : Shell.run("ip", "netns", "pids", namespace).out().split("\\s+")) {
      if (pid.matches("\\d+")) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    Shell.run("ip", "netns", "del", namespace);
  }

  /** Kills what runs in them and removes them. */
  @Override
  public void close() throws IOException, InterruptedException {
    for (int node = 1; node <= nodes; node++) {
      remove(namespace(node));
    }
    Shell.run("ip", "link", "del", bridge());
  }
}
