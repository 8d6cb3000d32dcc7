package org.quorate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.quorate.cli.CliException;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.cluster.Ports;
import org.quorate.cli.cluster.Reach;

/** What can be wrong with a cluster on this machine. */
final class ClusterChecks {
  private static final Pattern OF_GROUP = Pattern.compile("^group ([^:]+): ");

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long LAG = 10_000;

  private final LocalCluster cluster;
  private final List<Finding> findings = new ArrayList<>();

  private ClusterChecks(LocalCluster cluster) {
    this.cluster = cluster;
  }

  static List<Finding> all(LocalCluster cluster) throws InterruptedException {
    ClusterChecks checks = new ClusterChecks(cluster);
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      checks.node(node);
    }
    checks.groups(StatusTable.of(cluster, Reach.of(cluster.file())));
    return checks.findings;
  }

  private void node(ClusterFile.NodeEntry node) throws InterruptedException {
    String check = "node " + node.name();
    if (!Files.isReadable(cluster.config(node))) {
      findings.add(
          Finding.error(
              check, cluster.config(node) + " cannot be read", "restore it from another node's"));
    }
    Optional<ProcessHandle> process = cluster.process(node);
    if (process.isEmpty()) {
      down(node, check);
      return;
    }
    try {
      JsonNode health = new NodeApi(node).call("health", Map.of(), PATIENCE);
      if (health.path("healthy").asBoolean()) {
        findings.add(Finding.ok(check, "process " + node.pid() + ", healthy"));
      } else {
        health
            .path("reasons")
            .forEach(r -> findings.add(Finding.error(check, r.asText(), why(node, r.asText()))));
      }
      peers(node);
    } catch (CliException e) {
      findings.add(
          Finding.error(
              check,
              "process " + node.pid() + " runs, but: " + e.getMessage(),
              "look at " + cluster.log(node) + "; jstack " + node.pid() + " shows its threads"));
    }
  }

  private static String why(ClusterFile.NodeEntry node, String reason) {
    Matcher group = OF_GROUP.matcher(reason);
    return group.find()
        ? "quorate group why " + group.group(1) + " --node " + node.name()
        : "look at the node's log";
  }

  private void down(ClusterFile.NodeEntry node, String check) {
    findings.add(
        Finding.error(
            check,
            node.pid() == 0 ? "was never started" : "does not run (was process " + node.pid() + ")",
            "quorate node start " + node.name() + "; its output: " + cluster.log(node)));
    for (int port :
        List.of(node.peerPort(), node.clientPort(), node.httpPort(), node.bridgePort())) {
      if (!Ports.isFree(port)) {
        findings.add(
            Finding.error(check, Ports.taken(port), "stop that process, or change node.yaml"));
      }
    }
  }

  private void peers(ClusterFile.NodeEntry node) throws InterruptedException {
    JsonNode peers = new NodeApi(node).call("node.list", Map.of(), PATIENCE);
    for (JsonNode peer : peers) {
      String state = peer.path("state").asText();
      boolean expected =
          cluster.file().find(peer.path("node").asText()).flatMap(cluster::process).isPresent();
      if (expected && !state.equals("SELF") && !state.equals("CONNECTED")) {
        findings.add(
            Finding.warn(
                "node " + node.name(),
                "no connection to "
                    + peer.path("node").asText()
                    + ": "
                    + state
                    + " "
                    + peer.path("why").asText(),
                "check the network between them"));
      }
    }
  }

  private void groups(List<StatusTable.Line> lines) {
    Map<String, List<StatusTable.Line>> byGroup = new TreeMap<>();
    lines.stream()
        .filter(l -> l.group() != null)
        .forEach(l -> byGroup.computeIfAbsent(l.group(), g -> new ArrayList<>()).add(l));
    byGroup.forEach(this::group);
  }

  /** Of the replicas that run: of another one, the check of its node says why. */
  private void group(String group, List<StatusTable.Line> all) {
    List<StatusTable.Line> replicas =
        all.stream().filter(replica -> replica.state().equals("RUNNING")).toList();
    String check = "group " + group;
    int before = findings.size();
    Set<String> leaders = new TreeSet<>();
    Map<Long, String> hashes = new HashMap<>();
    for (StatusTable.Line replica : replicas) {
      if (replica.leader() != null) {
        leaders.add(replica.leader());
      }
      if (replica.lag() != null && replica.lag() > LAG) {
        findings.add(
            Finding.warn(
                check,
                replica.node() + " is " + replica.lag() + " versions behind",
                "give it time; if it does not catch up see its log"));
      }
      String other =
          replica.stateHash() == null || replica.stateHash().isEmpty()
              ? null
              : hashes.putIfAbsent(replica.version(), replica.stateHash());
      if (other != null && !other.equals(replica.stateHash())) {
        findings.add(
            Finding.error(
                check,
                "version "
                    + replica.version()
                    + " has different state hashes: "
                    + other
                    + ", "
                    + replica.stateHash()
                    + " on "
                    + replica.node(),
                "stop writing, keep all data directories and report it: replicas diverged"));
      }
    }
    if (leaders.isEmpty()) {
      findings.add(
          Finding.error(
              check,
              "no leader",
              "quorate group why " + group + "; a majority of the members must run"));
    }
    if (findings.size() == before) {
      findings.add(
          Finding.ok(check, replicas.size() + " replicas, leader " + String.join(", ", leaders)));
    }
  }
}
