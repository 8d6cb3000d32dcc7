package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.certify.CertifyStrategy;
import org.quorate.core.replica.ReplicaParameters;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.runtime.api.NodeMetrics;
import org.quorate.runtime.node.Services;
import org.quorate.storage.journal.JournalStorage;
import org.quorate.storage.mapdb.MapdbStateStorage;

/** The table for who comes from Galera: what is monitored there is in it, and what it names exists. */
class GaleraNamesTest {
  private static final Path PAGE = Path.of("..", "..", "docs", "strategies", "certify.md");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  private static final Set<String> MONITORED =
      Set.of(
          "wsrep_cluster_status",
          "wsrep_cluster_size",
          "wsrep_cluster_conf_id",
          "wsrep_cluster_state_uuid",
          "wsrep_local_state",
          "wsrep_local_state_comment",
          "wsrep_ready",
          "wsrep_connected",
          "wsrep_last_committed",
          "wsrep_local_commits",
          "wsrep_local_cert_failures",
          "wsrep_local_bf_aborts",
          "wsrep_local_replays",
          "wsrep_local_recv_queue",
          "wsrep_local_send_queue",
          "wsrep_local_cached_downto",
          "wsrep_flow_control_paused",
          "wsrep_flow_control_sent",
          "wsrep_flow_control_recv",
          "wsrep_cert_deps_distance",
          "wsrep_apply_window",
          "wsrep_thread_count",
          "wsrep_replicated_bytes",
          "wsrep_received_bytes",
          "wsrep_open_transactions",
          "wsrep_causal_reads",
          "wsrep_evs_delayed",
          "wsrep_cluster_weight",
          "wsrep_desync_count",
          "wsrep_replicated",
          "wsrep_received",
          "wsrep_local_recv_queue_avg",
          "wsrep_local_recv_queue_max",
          "wsrep_local_send_queue_avg",
          "wsrep_local_send_queue_max",
          "wsrep_flow_control_paused_ns",
          "wsrep_flow_control_active",
          "wsrep_flow_control_requested",
          "wsrep_cert_interval",
          "wsrep_cert_index_size",
          "wsrep_apply_oooe",
          "wsrep_apply_oool",
          "wsrep_apply_waits",
          "wsrep_commit_oooe",
          "wsrep_commit_oool",
          "wsrep_commit_window",
          "wsrep_evs_repl_latency",
          "wsrep_evs_state",
          "wsrep_evs_evict_list",
          "wsrep_gcomm_uuid",
          "wsrep_protocol_version",
          "wsrep_provider_capabilities",
          "wsrep_incoming_addresses");

  /** What is no field, metric or parameter: a command, a method, what the sequencer tells of each peer. */
  private static final Set<String> OTHER =
      Set.of(
          "node list",
          "group bootstrap",
          "assembly show",
          "--donor",
          "KvClient.transactions()",
          "peer.*");

  @TempDir Path directory;

  private final Set<String> there = new TreeSet<>();
  private final Set<String> here = new TreeSet<>();

  private void read() throws Exception {
    String page = Files.readString(PAGE);
    String table = page.substring(page.indexOf("| there | here |"));
    for (String row : table.substring(0, table.indexOf("\n\n")).split("\n")) {
      String[] cells = row.split("\\|");
      names(cells[1], there);
      names(cells[2], here);
    }
  }

  private static void names(String cell, Set<String> into) {
    Matcher name = NAME.matcher(cell);
    while (name.find()) {
      into.add(name.group(1));
    }
  }

  private Set<String> known() throws Exception {
    Set<String> known = new TreeSet<>(OTHER);
    for (RecordComponent field : GroupView.class.getRecordComponents()) {
      known.add(field.getName());
    }
    NodeMetrics.all().forEach(m -> known.add(m.name()));
    ReplicaParameters.all().forEach(p -> known.add(p.name()));
    new CertifyStrategy().traits().parameters().forEach(p -> known.add(p.name()));
    Services services = new Services();
    try (JournalStorage log = new JournalStorage(directory.resolve("log"), 1 << 20);
        MapdbStateStorage state = new MapdbStateStorage(directory.resolve("state"))) {
      services.add(new CertifyStrategy());
      services.add(log);
      services.add(state);
      services.add(new KvStateMachineFactory());
      String group = "groups: [{name: main, strategy: certify}]\n";
      try (TestNode node = new TestNode(directory, group, services)) {
        invoke(node, "node.bootstrap", Map.of());
        known.addAll(details(node).keySet());
      }
    }
    return known;
  }

  /** Of a replica that takes part: while it is opened it has none. */
  private static Map<String, String> details(TestNode node) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      GroupView view = (GroupView) invoke(node, "group.show", Map.of("group", "main"));
      if (!view.details().isEmpty()) {
        return view.details();
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("waited 30 s for a replica that takes part: " + view);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static Object invoke(TestNode node, String operation, Map<String, ?> arguments)
      throws Exception {
    return OperationTable.invoke(Operations.table().get(operation), node.server.node(), arguments)
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  @Test
  void whatIsMonitoredThereHasAnAnswerHereThatExists() throws Exception {
    read();
    Set<String> unmapped = new TreeSet<>(MONITORED);
    unmapped.removeAll(there);
    assertEquals(Set.of(), unmapped, "not in the table of " + PAGE);
    Set<String> invented = new TreeSet<>(here);
    invented.removeAll(known());
    assertEquals(Set.of(), invented, "named in the table of " + PAGE + " and not there");
  }
}
