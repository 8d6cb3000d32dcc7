package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    return node.invoke(operation, Map.of("group", "main"));
  }

  private FailureCode refused(String operation, String id) {
    ExecutionException e =
        assertThrows(
            ExecutionException.class,
            () -> node.invoke(operation, Map.of("group", "main", "id", id)));
    return OperationException.of(e).code();
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
    List<?> nodes = (List<?>) ask("failover.nodes");
    assertEquals("a", ((FailoverNodeView) nodes.get(0)).node());

    assertEquals(FailureCode.CONFLICT, refused("failover.delete-force", id));
    node.invoke("failover.delete-force", Map.of("group", "main", "id", id, "force", true));
    assertEquals(List.of(), ((FailoverListView) ask("failover.show")).records());
    assertEquals(FailureCode.NOT_FOUND, refused("failover.detail", id));
    assertEquals(FailureCode.NOT_FOUND, refused("failover.retry", id));
    assertEquals(FailureCode.BAD_REQUEST, refused("failover.retry", "t1"));
  }

  private static List<String> fields(FailoverView v) {
    return List.of(v.commitId(), v.table(), v.originalNode(), v.phase());
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
}
