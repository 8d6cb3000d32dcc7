package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Three processes whose connections to each other go through {@link FaultyLink}s. */
final class ProxiedCluster implements AutoCloseable {
  private static final long SETTLE_NANOS = 120_000_000_000L;
  private static final long PAUSE_MS = 20;
  private static final Pattern PEER =
      Pattern.compile("- \\{id: (n\\d), peer: \"127.0.0.1:(\\d+)\"");

  private final Cli cli;
  private final Map<String, Map<String, FaultyLink>> links = new TreeMap<>();

  ProxiedCluster(Path data) throws IOException, InterruptedException {
    cli = new Cli(data);
    // Writes the files; a start that has no time is given up, and leaves nothing running.
    assertNotEquals(0, cli.run("up", "--detach", "--timeout", "0").exit());
    for (String node : List.of("n1", "n2", "n3")) {
      Path file = data.resolve(node).resolve("node.yaml");
      Files.writeString(file, proxied(node, Files.readString(file)));
    }
    cli.ok("up", "--detach", "--timeout", "180");
  }

  private String proxied(String node, String yaml) throws IOException {
    StringBuilder out = new StringBuilder();
    Matcher peer = PEER.matcher(yaml);
    while (peer.find()) {
      String other = peer.group(1);
      String port = peer.group(2);
      if (!other.equals(node)) {
        FaultyLink link = new FaultyLink(Integer.parseInt(port));
        links.computeIfAbsent(node, n -> new TreeMap<>()).put(other, link);
        port = Integer.toString(link.port());
      }
      peer.appendReplacement(out, "- {id: " + other + ", peer: \"127.0.0.1:" + port + "\"");
    }
    return peer.appendTail(out).toString();
  }

  Cli cli() {
    return cli;
  }

  /** Whether what the node sends arrives, and whether it gets what the others send. */
  void connect(String node, boolean sends, boolean hears) {
    links.forEach(
        (from, ways) ->
            ways.forEach(
                (to, link) -> {
                  if (from.equals(node)) {
                    link.pass(sends, hears);
                  } else if (to.equals(node)) {
                    link.pass(hears, sends);
                  }
                }));
  }

  /** Every way takes so much longer. */
  void delay(long ms) {
    links.values().forEach(ways -> ways.values().forEach(link -> link.delay(ms)));
  }

  /** Something that becomes true after a while. */
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  void settle(String what, Condition condition) throws IOException, InterruptedException {
    long end = System.nanoTime() + SETTLE_NANOS;
    while (!condition.holds()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(what + " did not come:\n" + cli.run("status", "--json"));
      }
      Thread.sleep(PAUSE_MS); // what it waits for needs the processor too
    }
  }

  /** What the nodes say of the group that the bootstrap made, by node. */
  Map<String, JsonObject> status() throws IOException, InterruptedException {
    Map<String, JsonObject> all = new TreeMap<>();
    JsonArray lines = cli.run("status", "--json").array();
    for (int i = 0; i < lines.size(); i++) {
      JsonObject line = lines.getJsonObject(i);
      if ("default".equals(line.getString("group", "default"))) {
        all.put(line.getString("node"), line);
      }
    }
    return all;
  }

  /** Those that say they lead. */
  Set<String> leaders() throws IOException, InterruptedException {
    Set<String> leaders = new HashSet<>();
    status()
        .forEach(
            (node, line) -> {
              if ("leader".equals(line.getString("role"))) {
                leaders.add(node);
              }
            });
    return leaders;
  }

  /** The only one that says so. */
  String leader() throws IOException, InterruptedException {
    Set<String> found = new HashSet<>();
    settle(
        "one leader",
        () -> {
          found.clear();
          found.addAll(leaders());
          return found.size() == 1;
        });
    return found.iterator().next();
  }

  boolean equalStates() throws IOException, InterruptedException {
    Set<String> states = new HashSet<>();
    for (JsonObject line : status().values()) {
      states.add(line.getLong("version") + " " + line.getString("stateHash"));
    }
    return states.size() == 1 && !states.contains("null null");
  }

  @Override
  public void close() throws IOException, InterruptedException {
    cli.run("down");
    for (Map<String, FaultyLink> ways : links.values()) {
      for (FaultyLink link : ways.values()) {
        link.close();
      }
    }
  }
}
