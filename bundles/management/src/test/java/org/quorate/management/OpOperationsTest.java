package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.operations.OperationParameters;
import org.quorate.operations.Operations;
import org.quorate.operations.Operators;
import org.quorate.operations.Self;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.operations.CatchUp;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.OperationSpec.Timeouts;
import org.quorate.spi.operations.Participant;

/** What operators see and change of the operations of a service whose nodes are connected over TCP. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OpOperationsTest {
  private static final Timeouts PATIENT = new Timeouts(0, 100_000, 100_000, 100_000);

  @TempDir Path directory;
  private KvNode node;
  private final List<Member> members = new ArrayList<>();

  /** A node of the service; it may hang while it gets ready. */
  private final class Member implements Participant, AutoCloseable {
    final KvCoordinator coordinator;
    final LoopThread loop;
    final Operations operations;
    final CountDownLatch came = new CountDownLatch(1);
    volatile CountDownLatch back;
    volatile boolean hangs;
    volatile CountDownLatch asked = new CountDownLatch(1);

    Member(String name) throws Exception {
      QuorateClient client = QuorateClient.connect(ClientOptions.of(node.node.clientAddress()));
      coordinator =
          new KvCoordinator(
              client.group("main").access(), name, 1, () -> client.shutdown().toCompletionStage());
      loop = new LoopThread("operations-" + name);
      operations =
          new Operations(
              coordinator,
              Operators.ROOT,
              OperationParameters.settings(Options.DEFAULTS),
              new Self(name, "10.0.0." + name.length()),
              this,
              loop,
              Runnable::run,
              (kind, text) -> {});
      members.add(this);
      operations.start();
      assertTrue(came.await(30, TimeUnit.SECONDS), name + " is not online after 30 s");
    }

    @Override
    public CompletionStage<String> prepare(org.quorate.spi.operations.Operation operation) {
      asked.countDown();
      return hangs ? new CompletableFuture<>() : CompletableFuture.completedStage("ready");
    }

    @Override
    public CompletionStage<String> execute(org.quorate.spi.operations.Operation operation) {
      return CompletableFuture.completedStage("done " + operation.spec().content());
    }

    @Override
    public CompletionStage<Void> complete(
        org.quorate.spi.operations.Operation operation, Decision decision) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void offline(String why) {}

    @Override
    public CompletionStage<Void> catchUp(CatchUp state) {
      return CompletableFuture.completedStage(null);
    }

    @Override
    public void online() {
      came.countDown();
      if (back != null) {
        back.countDown();
      }
    }

    @Override
    public void close() {
      operations.close();
      coordinator.close();
      loop.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    node = new KvNode(directory);
  }

  @AfterEach
  void stop() throws Exception {
    members.forEach(Member::close);
    node.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private Object ask(String operation, Object... arguments) throws Exception {
    Map<String, Object> all = new java.util.HashMap<>(Map.of("group", "main"));
    for (int i = 0; i < arguments.length; i += 2) {
      all.put((String) arguments[i], arguments[i + 1]);
    }
    return node.invoke(operation, all);
  }

  private FailureCode refused(String operation, Object... arguments) {
    ExecutionException e = assertThrows(ExecutionException.class, () -> ask(operation, arguments));
    return OperationException.of(e).code();
  }

  @Test
  void operationsAreShownAndResolved() throws Exception {
    final Member a = new Member("a");
    Member b = new Member("bb");
    b.hangs = true;
    var run = a.operations.run(OperationSpec.ddl("db.t", "alter").withTimeouts(PATIENT));
    assertTrue(b.asked.await(30, TimeUnit.SECONDS), "b was not told");

    OpView shown = awaiting("bb");
    assertEquals(List.of("ddl", "db.t", "prepare", "a"), fields(shown));
    String id = Long.toString(shown.id());
    OpDetailView detail = (OpDetailView) ask("op.show", "id", id);
    assertEquals("alter", detail.content());
    LockView lock = (LockView) ((List<?>) ask("lock.list")).get(0);
    assertEquals("ddl db.t", lock.purpose());

    ask("op.resolve", "id", id, "reason", "b hangs");
    assertEquals(
        "resolved by operator: b hangs", get(run).reason(), "the initiator hears of it too");
    none("op.list");
    none("lock.list");
    assertEquals("aborted", ((OpDetailView) ask("op.show", "id", id)).operation().decision());
    assertEquals(FailureCode.CONFLICT, refused("op.resolve", "id", id, "reason", "again"));
    assertEquals(FailureCode.NOT_FOUND, refused("op.show", "id", "99"));
    assertEquals(FailureCode.BAD_REQUEST, refused("op.show", "id", "x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "op.list",
        "online.list",
        "coord.list",
        "lock.list",
        "session.list",
        "failover.show",
        "failover.nodes"
      })
  void aGroupThatIsNotThereIsNamed(String operation) {
    ExecutionException e =
        assertThrows(ExecutionException.class, () -> ask(operation, "group", "nope"));
    Failure failure = OperationException.of(e);
    assertEquals(FailureCode.NOT_FOUND, failure.code());
    assertTrue(failure.message().contains("no group 'nope'"), failure.message());
    assertTrue(failure.next().startsWith("group list shows"), failure.next());
  }

  @Test
  void whatCannotBeReadIsShown() throws Exception {
    String key = Operators.ROOT + "/op/0000000007";
    ask("coord.put", "key", key, "value", "{}");
    OpView shown = (OpView) ((List<?>) ask("op.list")).get(0);
    assertEquals(List.of("unknown", "unknown", "unreadable", ""), fields(shown));
    assertTrue(shown.reason().contains(key), shown.reason());
    assertEquals(0, shown.seconds());
    assertEquals(FailureCode.INTERNAL, refused("op.resolve", "id", "7", "reason", "why"));
    ask("op.resolve", "id", "7", "reason", "nobody's", "force", true);
    assertEquals(List.of(), ask("op.list"));
  }

  /** Waits until nothing is left: who began an operation hears of its end before all is put away. */
  private void none(String operation) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    for (Object all = ask(operation); !all.equals(List.of()); all = ask(operation)) {
      Object left = all;
      assertTrue(System.nanoTime() < end, () -> "still " + left);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Waits until one is awaited and no other: answers are under way. */
  private OpView awaiting(String member) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      List<?> all = (List<?>) ask("op.list");
      if (all.size() == 1 && ((OpView) all.get(0)).awaited().equals(List.of(member))) {
        return (OpView) all.get(0);
      }
      assertTrue(System.nanoTime() < end, () -> "still " + all);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static List<String> fields(OpView v) {
    return List.of(v.kind(), v.name(), v.phase(), v.driver());
  }

  @Test
  void whoIsRemovedIsWaitedForNoLonger() throws Exception {
    Member a = new Member("a");
    final Member b = new Member("bb");
    b.hangs = true;
    b.back = new CountDownLatch(1);
    var run = a.operations.run(OperationSpec.ddl("db.t", "alter").withTimeouts(PATIENT));
    assertTrue(b.asked.await(30, TimeUnit.SECONDS), "b was not told");
    assertEquals(2, ((List<?>) ask("online.list")).size());
    b.hangs = false;
    ask("online.remove", "member", "bb");
    var done = get(run);
    assertEquals(Decision.COMMITTED, done.decision());
    assertEquals("done alter", done.result());
    assertEquals(List.of("bb"), done.gone());
    assertTrue(b.back.await(30, TimeUnit.SECONDS), "b is not back");
    assertEquals(FailureCode.NOT_FOUND, refused("online.remove", "member", "c"));
    none("op.list");
  }

  @Test
  void theEventBusHasThemByName() throws Exception {
    Member a = new Member("a");
    final Member b = new Member("bb");
    b.hangs = true;
    final Map<String, Object> main = Map.of("group", "main");
    var run = a.operations.run(OperationSpec.ddl("db.t", "alter").withTimeouts(PATIENT));
    assertTrue(b.asked.await(30, TimeUnit.SECONDS), "b was not told");
    final String id = Long.toString(awaiting("bb").id());
    try (BridgeClient bus = new BridgeClient(node.node.bridgePort)) {
      JsonNode shown = bus.body("op.list", main);
      assertEquals(1, shown.size(), shown::toString);
      assertEquals("db.t", shown.get(0).path("name").asText());
      assertEquals("bb", shown.get(0).path("awaited").get(0).asText());
      Map<String, Object> one = Map.of("group", "main", "id", id);
      assertEquals("alter", bus.body("op.show", one).path("content").asText());
      assertEquals("NOT_FOUND", bus.refusal("op.show", Map.of("group", "main", "id", "99")));
      assertEquals(
          "aborted",
          bus.body("op.resolve", Map.of("group", "main", "id", id, "reason", "b hangs"))
              .at("/operation/decision")
              .asText());
      assertEquals("resolved by operator: b hangs", get(run).reason());
      JsonNode online = bus.body("online.list", main);
      assertEquals(List.of("a", "bb"), online.findValuesAsText("node"));
      b.back = new CountDownLatch(1);
      bus.body("online.remove", Map.of("group", "main", "member", "bb"));
      assertTrue(b.back.await(30, TimeUnit.SECONDS), "b is not back");
      assertEquals(
          "NOT_FOUND", bus.refusal("online.remove", Map.of("group", "main", "member", "c")));
      none("op.list");
      assertEquals(0, bus.body("op.list", main).size());
      bus.assertAllOf("op.", "online.");
    }
  }
}
