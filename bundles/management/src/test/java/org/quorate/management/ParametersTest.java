package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.certify.CertifyStrategy;
import org.quorate.core.replica.ReplicaParameters;
import org.quorate.core.session.Session;
import org.quorate.core.session.SessionTable;
import org.quorate.kv.KvParameters;
import org.quorate.raft.RaftStrategy;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.GroupParameters;
import org.quorate.spi.config.Parameter;
import org.quorate.storage.journal.JournalParameters;

/** The documented parameters are those in force, and those of a group are decided at creation. */
class ParametersTest {
  @TempDir Path directory;

  private static String table(List<Parameter> parameters) {
    StringBuilder out = new StringBuilder();
    out.append("| parameter | unit | default | range | while running | meaning |\n");
    out.append("|---|---|---|---|---|---|\n");
    for (Parameter p : parameters) {
      String range =
          switch (p.type()) {
            case NUMBER -> p.min() + " to " + p.max();
            case FLAG -> "true, false";
            case TEXT -> String.join(", ", p.choices());
          };
      out.append("| `").append(p.name()).append("` | ").append(p.unit()).append(" | ");
      out.append(p.fallback()).append(" | ").append(range).append(" | ");
      out.append(p.dynamic() ? "yes" : "").append(" | ").append(p.description()).append(" |\n");
    }
    return out.toString();
  }

  private static String sessions() {
    StringBuilder out = new StringBuilder("| bound | value | beyond it |\n|---|---|---|\n");
    out.append("| sessions and leases of a group | ").append(SessionTable.MAX_OPEN);
    out.append(" | Overloaded; one that ends makes room. |\n| TTL of a session | ");
    out.append(Session.MIN_TTL_MS).append(" to ").append(Session.MAX_TTL_MS);
    out.append(" ms | Rejected as MALFORMED, with the range. |\n");
    out.append("| commands of a session whose answers were not acknowledged | ");
    out.append(Session.WINDOW).append(" | Overloaded; the command is not executed. |\n");
    out.append("| answers over ").append(SessionTable.SMALL_ANSWER_BYTES);
    out.append(" bytes kept for repeats, of a group | ").append(SessionTable.LARGE_ANSWERS_BYTES);
    out.append(" bytes | Those of the oldest commands are given up: a repeat of one is told");
    out.append(" Executed, with its version and without the answer. |\n");
    return out.toString();
  }

  @Test
  void theDocumentedTablesAreThoseInForce() throws Exception {
    String file = "parameters.md";
    DocumentedTable.check(file, "node", table(NodeParameters.all()));
    DocumentedTable.check(file, "journal", table(JournalParameters.all()));
    List<Parameter> group = new java.util.ArrayList<>(GroupParameters.all());
    group.addAll(ReplicaParameters.all());
    DocumentedTable.check(file, "group", table(group));
    DocumentedTable.check(file, "sessions", sessions());
    DocumentedTable.check(file, "kv", table(KvParameters.all()));
    DocumentedTable.check(file, "raft", table(new RaftStrategy().traits().parameters()));
    DocumentedTable.check(file, "certify", table(new CertifyStrategy().traits().parameters()));
  }

  private static Failure refused(KvNode node, String operation, Map<String, ?> arguments) {
    ExecutionException e =
        assertThrows(ExecutionException.class, () -> node.invoke(operation, arguments));
    return OperationException.of(e);
  }

  @Test
  void limitsOfTheStateMachineAreDecidedWhenAGroupIsCreated() throws Exception {
    try (KvNode node = new KvNode(directory)) {
      Map<String, ?> small =
          Map.of("group", "small", "options", List.of("kv.value.bytes=10", "pending.max=5"));
      node.invoke("group.create", small);
      GroupView view = (GroupView) node.invoke("group.show", Map.of("group", "small"));
      assertEquals("10", view.options().get("kv.value.bytes"));
      assertEquals("5", view.options().get("pending.max"));
      assertEquals("4096", view.options().get("kv.key.bytes"), "a default is written down too");
      assertEquals(KvParameters.all().size() + 1, view.options().size(), view.options().toString());

      Map<String, String> fits = Map.of("group", "small", "key", "k", "value", "0123456789");
      node.invoke("kv.put", fits);
      Failure tooLong =
          refused(node, "kv.put", Map.of("group", "small", "key", "k", "value", "0123456789a"));
      assertEquals(FailureCode.TOO_LARGE, tooLong.code(), tooLong.message());
      node.invoke("kv.put", Map.of("group", "main", "key", "k", "value", "0123456789a"));

      Failure unknown =
          refused(
              node, "group.create", Map.of("group", "x", "options", List.of("kv.valu.bytes=10")));
      assertEquals(FailureCode.BAD_REQUEST, unknown.code());
      assertTrue(unknown.message().contains("did you mean kv.value.bytes"), unknown.message());
      Failure range =
          refused(node, "group.create", Map.of("group", "x", "options", List.of("kv.key.bytes=0")));
      assertTrue(range.message().contains("allowed are 1 to 65536"), range.message());
    }
  }

  @Test
  void aParameterOfTheNodeThatCannotChangeSaysSo() throws Exception {
    try (KvNode node = new KvNode(directory, "parameters: {journal.segment.bytes: 2097152}\n")) {
      ParameterView segment =
          (ParameterView) node.invoke("config.get", Map.of("name", "journal.segment.bytes"));
      assertEquals("2097152", segment.value());
      Failure fixed =
          refused(node, "config.set", Map.of("name", "journal.segment.bytes", "value", "1048576"));
      assertTrue(fixed.message().contains("restart"), fixed.message());
      Failure unknown = refused(node, "config.set", Map.of("name", "client.idel.ms", "value", "1"));
      assertTrue(unknown.message().contains("did you mean client.idle.ms"), unknown.message());
      Failure range = refused(node, "config.set", Map.of("name", "client.idle.ms", "value", "1"));
      assertTrue(range.message().contains("client.idle.ms"), range.message());
      assertTrue(range.message().contains("1000 to 86400000 ms"), range.message());
    }
  }
}
