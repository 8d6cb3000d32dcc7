package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;

/** What operators see and change of the keys, locks and sessions of a program, over the event bus. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CoordOperationsTest {
  @TempDir Path directory;

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static Map<String, Object> main(String... more) {
    Map<String, Object> all = new LinkedHashMap<>(Map.of("group", "main"));
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  @Test
  void theEventBusHasThemByName() throws Exception {
    try (KvNode node = new KvNode(directory);
        BridgeClient bus = new BridgeClient(node.node.bridgePort)) {
      keys(bus);
      QuorateClient client = QuorateClient.connect(ClientOptions.of(node.node.clientAddress()));
      try (KvCoordinator program =
          new KvCoordinator(
              client.group("main").access(),
              "billing-1",
              1,
              () -> client.shutdown().toCompletionStage())) {
        locksAndSessions(bus, program);
      }
      assertEquals(0, bus.body("coord.providers", Map.of()).size());
      assertEquals("UNSUPPORTED", bus.refusal("coord.swaps", Map.of()));
      Map<String, Object> swap = Map.of("coordinator", "native:main", "to", "zk");
      assertEquals("UNSUPPORTED", bus.refusal("coord.swap", swap));
      bus.assertAllOf("coord.", "lock.", "session.");
    }
  }

  private static void keys(BridgeClient bus) throws Exception {
    JsonNode put = bus.body("coord.put", main("key", "app/mode", "value", "readonly"));
    assertTrue(put.path("message").asText().matches("revision \\d+"), put::toString);
    bus.body("coord.put", main("key", "app/mode/since", "value", "noon"));
    JsonNode got = bus.body("coord.get", main("key", "app/mode"));
    assertEquals("readonly", got.path("value").asText());
    assertEquals(1, got.path("version").asInt());
    JsonNode names = bus.body("coord.list", main("path", "app"));
    assertEquals(List.of("mode"), names.findValuesAsText("name"));
    assertTrue(names.at("/names/0/below").asBoolean(), names::toString);
    JsonNode tree = bus.body("coord.tree", main("path", "app"));
    assertEquals(List.of("app/mode", "app/mode/since"), tree.findValuesAsText("key"));
    assertFalse(tree.path("more").asBoolean());
    paged(bus, "coord.tree", "app/mode", "app/mode/since");
    bus.body("coord.put", main("key", "app/other", "value", "x"));
    paged(bus, "coord.list", "mode", "other");
    bus.body("coord.delete", main("key", "app/other"));
    Map<String, Object> all = main("key", "app/mode");
    all.put("tree", true);
    assertEquals("2 deleted", bus.body("coord.delete", all).path("message").asText());
    assertFalse(bus.body("coord.delete", all).path("done").asBoolean());
    assertEquals("NOT_FOUND", bus.refusal("coord.get", main("key", "app/mode")));
    assertEquals("BAD_REQUEST", bus.refusal("coord.get", main("key", "app//mode")));
    assertEquals(
        "NOT_FOUND", bus.refusal("coord.get", main("key", "app/mode", "coordinator", "zk")));
  }

  /** What is left out is told, and how to see it. */
  private static void paged(BridgeClient bus, String operation, String first, String second)
      throws Exception {
    Map<String, Object> wanted = main("path", "app");
    wanted.put("limit", 1);
    JsonNode page = bus.body(operation, wanted);
    assertTrue(page.path("more").asBoolean(), page::toString);
    assertEquals(first, page.path("after").asText());
    wanted.put("after", first);
    page = bus.body(operation, wanted);
    assertFalse(page.path("more").asBoolean(), page::toString);
    assertTrue(page.toString().contains('"' + second + '"'), page::toString);
  }

  private static void locksAndSessions(BridgeClient bus, KvCoordinator program) throws Exception {
    CoordinatorSession holder = get(program.openSession(SessionSpec.of("worker a", 600_000)));
    CoordinatorSession next = get(program.openSession(SessionSpec.of("worker b", 600_000)));
    JsonNode sessions = bus.body("session.list", main());
    assertEquals(List.of("worker a", "worker b"), sessions.findValuesAsText("name"));
    assertEquals("billing-1", sessions.get(0).path("client").asText());
    assertEquals(Long.toHexString(holder.id()), sessions.get(0).path("id").asText());

    HeldLock held = get(holder.lock(LockSpec.tried("app/reload", "reload of prices"))).orThrow();
    CompletionStage<LockOutcome> waits =
        next.lock(LockSpec.queued("app/reload", "the next reload", 600_000));
    JsonNode line = bus.body("lock.show", main("lock", "app/reload"));
    while (line.size() < 2) { // the claim is under way; the test ends in two minutes
      TimeUnit.MILLISECONDS.sleep(10);
      line = bus.body("lock.show", main("lock", "app/reload"));
    }
    assertEquals(List.of("worker a", "worker b"), line.findValuesAsText("holder"));
    assertEquals(List.of("reload of prices", "the next reload"), line.findValuesAsText("purpose"));
    assertEquals(line, bus.body("lock.list", main()));

    Map<String, Object> take = main("lock", "app/reload", "reason", "it hangs", "by", "ops");
    take.put("token", held.token().toString());
    assertTrue(bus.body("lock.release", take).path("done").asBoolean());
    assertEquals(HeldLock.Loss.FORCED, get(held.lost()));
    HeldLock second = get(waits).orThrow();
    assertTrue(second.token().compareTo(held.token()) > 0, second.token()::toString);
    assertEquals("NOT_FOUND", bus.refusal("lock.release", take), "the later holder is left alone");
    JsonNode taken = bus.body("lock.releases", main());
    assertEquals(1, taken.size(), taken::toString);
    assertEquals("it hangs", taken.get(0).path("reason").asText());
    assertEquals("ops", taken.get(0).path("by").asText());
    String id = Long.toHexString(next.id());
    assertTrue(bus.body("session.end", main("id", id)).path("done").asBoolean());
    assertEquals(HeldLock.Loss.SESSION_ENDED, get(second.lost()));
    assertEquals("NOT_FOUND", bus.refusal("session.end", main("id", id)));
    assertEquals("BAD_REQUEST", bus.refusal("session.end", main("id", "nobody's")));
    get(holder.close());
    assertEquals(List.of(), get(program.locks(Scope.tree(""))));
    assertEquals(0, bus.body("lock.list", main()).size());
    assertEquals(0, bus.body("session.list", main()).size());
  }
}
