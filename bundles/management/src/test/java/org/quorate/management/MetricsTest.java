package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Conflict;
import org.quorate.runtime.api.Metric;
import org.quorate.runtime.api.NodeMetrics;

/** What is measured, what is documented and what is scraped are the same. */
class MetricsTest {
  @TempDir Path directory;

  /** The table of docs/reference/metrics.md. */
  private static String table() {
    return NodeMetrics.all().stream()
        .map(
            m ->
                "| `"
                    + m.name()
                    + "` | "
                    + m.type().name().toLowerCase(java.util.Locale.ROOT)
                    + " | "
                    + m.labels().stream().map(l -> "`" + l + "`").collect(Collectors.joining(" "))
                    + " | "
                    + m.description()
                    + " |\n")
        .collect(
            Collectors.joining(
                "", "| metric | type | labels | meaning |\n|---|---|---|---|\n", ""));
  }

  @Test
  void theDocumentedTableIsTheOneInForce() throws Exception {
    DocumentedTable.check("metrics.md", "metrics", table());
  }

  @Test
  void aNodeThatWorksMovesItsMetrics() throws Exception {
    try (KvNode node = new KvNode(directory)) {
      for (int i = 0; i < 20; i++) {
        node.put("key" + i, "value");
      }
      node.get("key1");
      String text = node.endpoint().scrape().toCompletableFuture().get(10, TimeUnit.SECONDS);
      assertEquals(20, value(text, "quorate_group_proposals_total", "outcome=\"committed\""));
      assertEquals(20, value(text, "quorate_group_propose_seconds_count", "main"));
      assertEquals(20, value(text, "quorate_group_propose_seconds_bucket", "le=\"+Inf\""));
      assertTrue(value(text, "quorate_group_propose_seconds_sum", "main") > 0, text);
      assertEquals(
          1,
          value(
              text,
              "quorate_group_reads_total",
              "level=\"linearizable\",node=\"n1\",outcome=\"answered\""));
      assertEquals(1, value(text, "quorate_group_leader", "main"));
      assertTrue(value(text, "quorate_log_syncs_total", "journal") > 0, text);
      assertTrue(value(text, "quorate_log_sync_seconds_total", "journal") > 0, text);
      assertTrue(value(text, "quorate_log_appends_total", "journal") >= 20, text);
      assertTrue(value(text, "quorate_group_memtable_bytes", "main") > 0, text);
      assertTrue(text.contains("# TYPE quorate_group_propose_seconds histogram"), text);
      assertTrue(text.contains("# TYPE quorate_group_proposals_total counter"), text);
      for (Conflict.Reason reason : Conflict.Reason.values()) {
        String label = "reason=\"" + reason.name().toLowerCase(java.util.Locale.ROOT) + "\"";
        assertEquals(0, value(text, "quorate_group_aborts_total", label));
      }
      node.checkpoint();
      String after = node.endpoint().scrape().toCompletableFuture().get(10, TimeUnit.SECONDS);
      assertEquals(1, value(after, "quorate_group_checkpoints_total", "main"));
      assertEquals(0, value(after, "quorate_group_memtable_bytes", "main"));
      TreeSet<String> silent = new TreeSet<>();
      for (Metric m : NodeMetrics.all()) {
        if (!after.contains("\n" + m.name()) && !m.labels().contains("peer")) {
          silent.add(m.name());
        }
      }
      assertEquals(new TreeSet<>(), silent, "documented, but a working node does not tell them");
    }
  }

  /** Not by the loop of a group, which is the last to say its numbers. */
  @Test
  void theTextIsWrittenByAWorker() throws Exception {
    try (KvNode node = new KvNode(directory)) {
      for (int i = 0; i < 20; i++) {
        String writer =
            node.endpoint()
                .scrape()
                .thenApply(text -> Thread.currentThread().getName())
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertFalse(writer.contains("eventloop"), writer);
      }
    }
  }

  private static double value(String text, String name, String labels) {
    Matcher m =
        Pattern.compile("(?m)^" + name + "\\{[^}]*" + Pattern.quote(labels) + "[^}]*} (\\S+)$")
            .matcher(text);
    assertTrue(m.find(), () -> name + " " + labels + " is not in\n" + text);
    return Double.parseDouble(m.group(1));
  }
}
