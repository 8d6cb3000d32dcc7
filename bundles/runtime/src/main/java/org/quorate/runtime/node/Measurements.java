package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.quorate.api.GroupStatus;
import org.quorate.core.replica.Replica;
import org.quorate.runtime.api.Metric.Sample;
import org.quorate.runtime.api.NodeMetrics;
import org.quorate.runtime.api.NodeStatus;

/** Takes the node's metrics: what belongs to a group on the group's loop. */
final class Measurements {
  private final QuorateNode node;

  Measurements(QuorateNode node) {
    this.node = node;
  }

  CompletableFuture<List<Sample>> take() {
    List<CompletableFuture<List<Sample>>> parts = new ArrayList<>();
    parts.add(CompletableFuture.completedFuture(ofNode()));
    for (GroupHost host : node.groups().all()) {
      CompletableFuture<List<Sample>> part = new CompletableFuture<>();
      host.loop().run(() -> part.complete(host.measure()));
      parts.add(part);
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> parts.stream().flatMap(part -> part.join().stream()).toList());
  }

  private List<Sample> ofNode() {
    List<Sample> all = new ArrayList<>();
    NodeStatus status = node.status();
    all.add(NodeMetrics.UP.sample(status.upMs() / 1000.0));
    all.add(NodeMetrics.INCARNATION.sample(status.incarnation()));
    for (NodeStatus.PeerStatus peer : status.peers()) {
      boolean up = peer.state().equals("CONNECTED");
      all.add(NodeMetrics.PEER_CONNECTED.sample(up ? 1 : 0, peer.node().name()));
    }
    node.transport().measure(all);
    new TreeMap<>(status.counters())
        .forEach((name, value) -> all.add(NodeMetrics.counter(name).sample(value)));
    node.services().logFigures().forEach((log, figures) -> ofLog(log, figures, all));
    return all;
  }

  private static void ofLog(String log, Map<String, Long> figures, List<Sample> all) {
    new TreeMap<>(figures)
        .forEach(
            (name, value) ->
                all.add(
                    switch (name.substring(name.indexOf('.') + 1)) {
                      case "syncs" -> NodeMetrics.LOG_SYNCS.sample(value, log);
                      case "sync.micros" -> NodeMetrics.LOG_SYNC_SECONDS.sample(value / 1e6, log);
                      case "appends" -> NodeMetrics.LOG_APPENDS.sample(value, log);
                      case "bytes" -> NodeMetrics.LOG_BYTES.sample(value, log);
                      default -> NodeMetrics.LOG_FIGURE.sample(value, log, name);
                    }));
  }

  /** What a status says; with a replica, also what only that knows. */
  static List<Sample> of(GroupStatus s, Replica replica, int watches, GroupFigures figures) {
    List<Sample> all = new ArrayList<>();
    String group = s.group().name();
    all.add(NodeMetrics.RUNNING.sample(s.state() == GroupStatus.State.RUNNING ? 1 : 0, group));
    all.add(NodeMetrics.LEADER.sample(s.node().equals(s.hint()) ? 1 : 0, group));
    all.add(NodeMetrics.EPOCH.sample(s.epoch(), group));
    all.add(NodeMetrics.DECIDED.sample(s.decided(), group));
    all.add(NodeMetrics.APPLIED.sample(s.applied(), group));
    all.add(NodeMetrics.POSITION.sample(s.position(), group));
    all.add(NodeMetrics.VERSION.sample(s.gtid().version(), group));
    new TreeMap<>(s.details())
        .forEach(
            (name, value) -> {
              if (value.matches("-?[0-9]{1,18}")) {
                all.add(NodeMetrics.STRATEGY.sample(Long.parseLong(value), group, name));
              }
            });
    figures.add(group, all);
    all.add(NodeMetrics.WATCHES.sample(watches, group));
    if (replica != null) {
      all.add(NodeMetrics.PENDING.sample(replica.pending(), group));
      all.add(NodeMetrics.SESSIONS.sample(replica.sessions(), group));
      all.add(NodeMetrics.MEMTABLE.sample(replica.dirtyBytes(), group));
      all.add(NodeMetrics.CHECKPOINTS.sample(replica.checkpoints(), group));
      all.add(NodeMetrics.CHECKPOINT_SECONDS.sample(replica.checkpointMs() / 1000.0, group));
    }
    return all;
  }
}
