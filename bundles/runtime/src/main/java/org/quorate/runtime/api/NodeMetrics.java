package org.quorate.runtime.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.runtime.api.Metric.Type;

/** The table of the metrics that a node has; docs/reference/metrics.md is made from it. */
public final class NodeMetrics {
  private static final List<Metric> ALL = new ArrayList<>();
  private static final Map<String, Metric> COUNTERS = new TreeMap<>();

  public static final Metric UP = gauge("up_seconds", "Time since the node started.");
  public static final Metric INCARNATION =
      gauge("incarnation", "Number of this start of the data directory.");
  public static final Metric PEER_CONNECTED =
      gauge("peer_connected", "1 while control and data lane to the peer are open.", "peer");
  public static final Metric PEER_QUEUED =
      gauge(
          "peer_queued_bytes",
          "Waiting to be taken by the operating system, to a peer on a lane.",
          "peer",
          "lane");
  public static final Metric PEER_SENT =
      counter("peer_sent_bytes_total", "Sent to a peer on a lane.", "peer", "lane");

  public static final Metric RUNNING =
      gauge("group_running", "1 while the replica takes part, 0 parked or failed.", "group");
  public static final Metric LEADER =
      gauge("group_leader", "1 on the node that takes the group's proposals.", "group");
  public static final Metric EPOCH = gauge("group_epoch", "Number of the active link.", "group");
  public static final Metric DECIDED =
      gauge("group_decided", "Last index known to be decided.", "group");
  public static final Metric APPLIED = gauge("group_applied", "Last index executed.", "group");
  public static final Metric POSITION =
      gauge("group_position", "Records of the virtual log executed.", "group");
  public static final Metric VERSION =
      gauge("group_version", "Commits executed: the revision.", "group");
  public static final Metric STRATEGY =
      gauge("group_strategy", "Numbers of the strategy, such as the term.", "group", "name");
  public static final Metric PROPOSALS =
      counter(
          "group_proposals_total",
          "Proposals answered by this replica, by outcome.",
          "group",
          "outcome");
  public static final Metric ABORTS =
      counter(
          "group_aborts_total",
          "Proposals that certification refused, by reason.",
          "group",
          "reason");
  public static final Metric PROPOSE_SECONDS =
      add(
          new Metric(
              "quorate_group_propose_seconds",
              Type.HISTOGRAM,
              List.of("group"),
              "From a proposal's arrival at this replica to its commit."));
  public static final Metric READS =
      counter(
          "group_reads_total",
          "Reads answered by this replica, by level and outcome.",
          "group",
          "level",
          "outcome");
  public static final Metric PENDING =
      gauge("group_pending", "Proposals and reads under way.", "group");
  public static final Metric SESSIONS = gauge("group_sessions", "Sessions open.", "group");
  public static final Metric WATCHES =
      gauge("group_watches", "Watches that wait on this node.", "group");
  public static final Metric MEMTABLE =
      gauge("group_memtable_bytes", "State that is in memory and log only.", "group");
  public static final Metric CHECKPOINTS =
      counter("group_checkpoints_total", "Checkpoints written.", "group");
  public static final Metric CHECKPOINT_SECONDS =
      counter("group_checkpoint_seconds_total", "Time spent writing checkpoints.", "group");
  public static final Metric LOG_SYNCS =
      counter("log_syncs_total", "Times a log storage made its writes durable.", "log");
  public static final Metric LOG_SYNC_SECONDS =
      counter("log_sync_seconds_total", "Time those took.", "log");
  public static final Metric LOG_APPENDS =
      counter(
          "log_appends_total",
          "Records appended; by syncs, it is the mean size of a batch.",
          "log");
  public static final Metric LOG_BYTES =
      counter("log_written_bytes_total", "Bytes written to a log storage.", "log");
  public static final Metric LOG_FIGURE =
      gauge("log_figure", "Further numbers of a log storage.", "log", "name");

  static {
    count(
        "memtables.bytes",
        gauge("memtables_bytes", "Heap of the changes in memory, of all groups."));
    count(
        "memtables.max.bytes",
        gauge("memtables_max_bytes", "Its bound: at half of it groups checkpoint early."));
    count("checkpoints.running", gauge("checkpoints_running", "Checkpoints being written."));
    count("client.connections", gauge("client_connections", "Client connections now."));
    count("client.accepted", counter("client_accepted_total", "Client connections accepted."));
    count(
        "client.refused",
        counter("client_refused_total", "Client connections refused: limit or token."));
    count(
        "client.malformed",
        counter("client_malformed_total", "Client connections closed for bad frames."));
    count("client.requests", counter("client_requests_total", "Requests of clients."));
    count(
        "client.idle.closed",
        counter("client_idle_closed_total", "Client connections closed since they were silent."));
    count(
        "client.slow.closed",
        counter(
            "client_slow_closed_total",
            "Client connections closed since they did not take their answers."));
    count("peer.malformed", counter("peer_malformed_total", "Node connections with bad frames."));
    count("peer.refused.in", counter("peer_refused_in_total", "Nodes that were refused here."));
    count("peer.refused.out", counter("peer_refused_out_total", "Nodes that refused this one."));
    count(
        "peer.dropped",
        counter("peer_dropped_total", "Frames to peers dropped: not connected or queue full."));
    count("peer.frames.in", counter("peer_frames_in_total", "Frames of groups from peers."));
    count("peer.frames.out", counter("peer_frames_out_total", "Frames of groups to peers."));
    count(
        "peer.idle.closed",
        counter("peer_idle_closed_total", "Node connections closed since they were silent."));
    count(
        "peer.busy.out",
        counter("peer_busy_out_total", "Words to a node that a loop of groups is busy here."));
    count(
        "peer.busy.in",
        counter("peer_busy_in_total", "Words of a node that a loop of groups is busy there."));
  }

  private NodeMetrics() {}

  private static void count(String counter, Metric metric) {
    COUNTERS.put(counter, metric);
  }

  private static Metric gauge(String name, String description, String... labels) {
    return add(new Metric("quorate_" + name, Type.GAUGE, List.of(labels), description));
  }

  private static Metric counter(String name, String description, String... labels) {
    return add(new Metric("quorate_" + name, Type.COUNTER, List.of(labels), description));
  }

  private static Metric add(Metric metric) {
    ALL.add(metric);
    return metric;
  }

  /** All of them, in the order of the documentation. */
  public static List<Metric> all() {
    return Collections.unmodifiableList(ALL);
  }

  /** The metric of one of {@link NodeStatus#counters()}. */
  public static Metric counter(String name) {
    Metric metric = COUNTERS.get(name);
    if (metric == null) {
      throw new IllegalArgumentException("no metric for the counter " + name);
    }
    return metric;
  }
}
