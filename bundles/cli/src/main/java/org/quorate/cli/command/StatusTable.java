package org.quorate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.cli.CliException;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.cluster.Reach;

/** What every node of a cluster says of every group. */
final class StatusTable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private StatusTable() {}

  /**
   * A node's view of a group, or a node that gives none.
   *
   * @param state RUNNING, PARKED or FAILED of the replica; DOWN or SILENT of the node
   * @param lag versions behind the most advanced replica of the group
   */
  record Line(
      String node,
      Long pid,
      String group,
      String state,
      String role,
      String leader,
      Long epoch,
      String term,
      Long applied,
      Long version,
      String stateHash,
      Long lag,
      String client,
      String http,
      String why) {}

  /** Of the nodes of 'quorate up', whose processes are known too. */
  static List<Line> of(LocalCluster cluster, Reach reach) throws InterruptedException {
    Map<String, Long> pids = new HashMap<>();
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      cluster.process(node).ifPresent(process -> pids.put(node.name(), process.pid()));
    }
    return of(reach, pids, true);
  }

  /** Of nodes anywhere. */
  static List<Line> of(Reach reach) throws InterruptedException {
    return of(reach, Map.of(), false);
  }

  private static List<Line> of(Reach reach, Map<String, Long> pids, boolean local)
      throws InterruptedException {
    List<Line> lines = new ArrayList<>();
    for (Reach.Place node : reach.nodes()) {
      Long pid = pids.get(node.name());
      if (pid == null && local) {
        lines.add(without(node, null, "DOWN", "no process"));
        continue;
      }
      try {
        JsonNode groups = new NodeApi(reach, node).call("group.list", Map.of(), PATIENCE);
        if (groups.isEmpty()) {
          lines.add(without(node, pid, "EMPTY", "no groups yet"));
        }
        groups.forEach(group -> lines.add(line(node, pid, group)));
      } catch (CliException e) {
        lines.add(without(node, pid, "SILENT", e.getMessage()));
      }
    }
    return lines.stream().map(line -> withLag(line, lines)).toList();
  }

  private static Line without(Reach.Place node, Long pid, String state, String why) {
    return new Line(
        node.name(),
        pid,
        null,
        state,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        node.client(),
        node.http(),
        why);
  }

  private static Line line(Reach.Place node, Long pid, JsonNode group) {
    return new Line(
        node.name(),
        pid,
        group.path("group").asText(),
        group.path("state").asText(),
        text(group, "role"),
        text(group, "leader"),
        group.path("epoch").asLong(),
        text(group, "term"),
        group.path("applied").asLong(),
        group.path("version").asLong(),
        text(group, "stateHash"),
        null,
        node.client(),
        node.http(),
        text(group, "why"));
  }

  private static String text(JsonNode group, String field) {
    return group.hasNonNull(field) ? group.path(field).asText() : null;
  }

  private static Line withLag(Line line, List<Line> all) {
    if (line.version() == null) {
      return line;
    }
    long newest =
        all.stream()
            .filter(l -> line.group().equals(l.group()))
            .mapToLong(Line::version)
            .max()
            .orElse(0);
    return new Line(
        line.node(),
        line.pid(),
        line.group(),
        line.state(),
        line.role(),
        line.leader(),
        line.epoch(),
        line.term(),
        line.applied(),
        line.version(),
        line.stateHash(),
        newest - line.version(),
        line.client(),
        line.http(),
        line.why());
  }
}
