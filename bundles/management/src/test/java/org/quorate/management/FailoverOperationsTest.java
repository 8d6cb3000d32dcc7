package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.failover.Events;
import org.quorate.failover.FailoverParameters;
import org.quorate.failover.Operators;
import org.quorate.failover.Registry;
import org.quorate.failover.Self;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;
import org.quorate.spi.failover.WorkSpec;

/** What operators see and change of a process that is registered over TCP. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverOperationsTest {
  @TempDir Path directory;
  private KvNode node;
  private KvCoordinator coordinator;
  private LoopThread loop;
  private Registry registry;

  @BeforeEach
  void start() throws Exception {
    node = new KvNode(directory);
    QuorateClient client = QuorateClient.connect(ClientOptions.of(node.node.clientAddress()));
    coordinator =
        new KvCoordinator(
            client.group("main").access(), "a", 1, () -> client.shutdown().toCompletionStage());
    loop = new LoopThread("failover-a");
    CountDownLatch registered = new CountDownLatch(1);
    registry =
        new Registry(
            coordinator,
            Operators.ROOT,
            FailoverParameters.settings(Options.DEFAULTS),
            new Self("a", "10.0.2.201", 1),
            loop,
            Runnable::run,
            (kind, text) -> {
              if (kind == Events.Kind.REGISTERED) {
                registered.countDown();
              }
            });
    registry.start();
    assertTrue(registered.await(30, TimeUnit.SECONDS), "not registered after 30 s");
  }

  @AfterEach
  void stop() throws Exception {
    registry.close();
    coordinator.close();
    loop.close();
    node.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private Object ask(String operation) throws Exception {
    return ask(operation, Map.of());
  }

  private Object ask(String operation, Map<String, Object> arguments) throws Exception {
    Map<String, Object> all = new LinkedHashMap<>(arguments);
    all.put("group", "main");
    return node.invoke(operation, all);
  }

  private FailureCode refused(String operation, String id) {
    return refused(operation, Map.of("id", id));
  }

  private FailureCode refused(String operation, Map<String, Object> arguments) {
    return OperationException.of(
            assertThrows(ExecutionException.class, () -> ask(operation, arguments)))
        .code();
  }

  @Test
  void recordsAreShownAndGoByForce() throws Exception {
    FailoverWork work = get(registry.begin(WorkSpec.of("ddl", "db", "t1")));
    get(work.addLock("db/t1"));
    get(work.setContent(Bytes.utf8("alter <t1>")));
    String id = Long.toUnsignedString(work.id());

    FailoverListView shown = (FailoverListView) ask("failover.show");
    FailoverView only = shown.records().get(0);
    assertEquals(List.of(id, "t1", "10.0.2.201", "origin"), fields(only));
    assertEquals(List.of("db/t1"), only.locks());
    assertTrue(shown.text().contains("| " + id + " "), shown.text());
    FailoverDetailView detail =
        (FailoverDetailView) node.invoke("failover.detail", Map.of("group", "main", "id", id));
    assertEquals("alter <t1>", detail.content());
    assertTrue(detail.text().contains("alter &lt;t1&gt;"), detail.text());
    FailoverLockView lock = (FailoverLockView) ((List<?>) ask("failover.locks")).get(0);
    assertEquals(List.of("db/t1", id, "10.0.2.201"), fields(lock));
    assertEquals(
        FailureCode.CONFLICT, refused("failover.unlock", Map.of("id", id, "lock", "db/t1")));
    List<?> nodes = (List<?>) ask("failover.nodes");
    assertEquals("a", ((FailoverNodeView) nodes.get(0)).node());

    assertEquals(FailureCode.CONFLICT, refused("failover.delete-force", id));
    node.invoke("failover.delete-force", Map.of("group", "main", "id", id, "force", true));
    assertEquals(List.of(), ((FailoverListView) ask("failover.show")).records());
    assertEquals(FailureCode.NOT_FOUND, refused("failover.detail", id));
    assertEquals(FailureCode.NOT_FOUND, refused("failover.retry", id));
    assertEquals(FailureCode.BAD_REQUEST, refused("failover.retry", "t1"));
  }

  @Test
  void whatCannotBeReadIsShownAndGoesByForce() throws Exception {
    get(coordinator.put("fo/rec/0000000042", Bytes.utf8("garbage")));
    FailoverListView shown = (FailoverListView) ask("failover.show");
    assertEquals(Set.of("fo/rec/0000000042"), shown.unreadable().keySet());
    assertTrue(shown.text().startsWith("fo/rec/0000000042: record 42 cannot"), shown.text());
    assertEquals(FailureCode.INTERNAL, refused("failover.detail", "42"));
    assertEquals(FailureCode.INTERNAL, refused("failover.delete-force", "42"));
    ask("failover.delete-force", Map.of("id", "42", "force", true));
    shown = (FailoverListView) ask("failover.show");
    assertEquals("failover:show: no failover information now\n", shown.text());
    assertEquals(Map.of(), shown.unreadable());
  }

  private static List<String> fields(FailoverLockView v) {
    assertEquals(0, v.takeoverNumber());
    assertFalse(v.orphan());
    return List.of(v.lock(), v.commitId(), v.holder());
  }

  private static List<String> fields(FailoverView v) {
    return List.of(v.commitId(), v.table(), v.originalNode(), v.phase());
  }

  @Test
  void whatFailedIsAnEventUntilItIsRepaired() throws Exception {
    FailoverWork work = get(registry.begin(WorkSpec.of("ddl", "db", "t1")));
    get(work.addLock("db/t1"));
    get(work.setContent(Bytes.utf8("x")));
    get(work.setStatus("node1.n1", ShardState.FAILED));
    get(work.setStatus("node2.n1", ShardState.FAILED));
    get(work.complete());
    String id = Long.toUnsignedString(work.id());
    FailoverEventView event = (FailoverEventView) ask("failover.event", Map.of("id", id));
    assertEquals(List.of("node1.n1", "node2.n1"), event.behind());
    assertEquals(List.of(event), ask("failover.events", Map.of("type", "ddl")));
    assertEquals(List.of(), ask("failover.events", Map.of("type", "dml")));
    assertEquals(FailureCode.BAD_REQUEST, refused("failover.events", Map.of("limit", 0)));
    DoneView left = (DoneView) ask("failover.repaired", Map.of("id", id, "shard", "node1.n1"));
    assertEquals("still behind: node2.n1", left.message());
    ask("failover.repaired", Map.of("id", id));
    assertEquals(List.of(), ask("failover.events"));
    assertEquals(FailureCode.NOT_FOUND, refused("failover.event", id));
  }

  @Test
  void theModeIsOfTheCluster() throws Exception {
    assertEquals(new ModeView("normal"), ask("failover.mode"));
    for (String mode : List.of("recovery", "readonly", "normal")) {
      node.invoke("failover.switch", Map.of("group", "main", "mode", mode));
      assertEquals(new ModeView(mode), ask("failover.mode"));
      assertEquals(mode, get(registry.mode()).name().toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void theEventBusHasThemByName() throws Exception {
    FailoverWork work = get(registry.begin(WorkSpec.of("ddl", "db", "t1")));
    get(work.addLock("db/t1"));
    get(work.setContent(Bytes.utf8("alter <t1>")));
    final Map<String, Object> main = Map.of("group", "main");
    String id = Long.toUnsignedString(work.id());
    Map<String, Object> one = Map.of("group", "main", "id", id);
    try (BridgeClient bus = new BridgeClient(node.node.bridgePort)) {
      JsonNode shown = bus.body("failover.show", main);
      assertEquals(id, shown.at("/records/0/commitId").asText(), shown::toString);
      assertTrue(shown.path("text").asText().contains("| " + id + " "), shown::toString);
      JsonNode detail = bus.body("failover.detail", one);
      assertTrue(detail.path("text").asText().contains("alter &lt;t1&gt;"), detail::toString);
      assertEquals(List.of("db/t1"), bus.body("failover.locks", main).findValuesAsText("lock"));
      assertEquals(
          "CONFLICT",
          bus.refusal("failover.unlock", Map.of("group", "main", "id", id, "lock", "db/t1")));
      assertEquals(List.of("a"), bus.body("failover.nodes", main).findValuesAsText("node"));
      assertEquals("CONFLICT", bus.refusal("failover.delete-force", one));
      bus.body("failover.delete-force", Map.of("group", "main", "id", id, "force", true));
      assertEquals("NOT_FOUND", bus.refusal("failover.retry", one));

      FailoverWork failed = get(registry.begin(WorkSpec.of("ddl", "db", "t2")));
      get(failed.addLock("db/t2"));
      get(failed.setContent(Bytes.utf8("x")));
      get(failed.setStatus("node1.n1", ShardState.FAILED));
      get(failed.complete());
      Map<String, Object> event = Map.of("group", "main", "id", Long.toUnsignedString(failed.id()));
      assertEquals("t2", bus.body("failover.event", event).path("table").asText());
      assertEquals(1, bus.body("failover.events", main).size());
      bus.body("failover.repaired", event);
      assertEquals(0, bus.body("failover.events", main).size());

      bus.body("failover.switch", Map.of("group", "main", "mode", "readonly"));
      assertEquals("readonly", bus.body("failover.mode", main).path("mode").asText());
      assertEquals(0, bus.body("failover.show", main).path("records").size());
      assertEquals(0, bus.body("failover.locks", main).size());
      bus.assertAllOf("failover.");
    }
  }
}
