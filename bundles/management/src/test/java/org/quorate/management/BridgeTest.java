package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.quorate.management.BridgeClient.call;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Speaks the frames of the TCP event bus bridge over a plain socket. */
class BridgeTest {
  @TempDir Path directory;
  private TestNode node;

  private BridgeClient connect(String token) throws Exception {
    if (node == null) {
      node = new TestNode(directory, token);
    }
    return new BridgeClient(node.bridgePort);
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
  }

  @Test
  void operationsAnswerInJson() throws Exception {
    try (BridgeClient client = connect("")) {
      JsonNode reply = client.ask(call("quorate.node.status", Map.of()));
      assertEquals("message", reply.path("type").asText(), reply.toString());
      assertEquals("r1", reply.path("address").asText());
      assertEquals("n1", reply.at("/body/node").asText());
      JsonNode list = client.ask(call("quorate.node.list", Map.of()));
      assertEquals("SELF", list.path("body").get(0).path("state").asText());
      assertEquals("pong", client.ask(Map.of("type", "ping")).path("type").asText());
    }
  }

  @Test
  void failuresAreTyped() throws Exception {
    try (BridgeClient client = connect("")) {
      JsonNode reply = client.ask(call("quorate.group.show", Map.of("group", "nope")));
      assertEquals("err", reply.path("type").asText(), reply.toString());
      assertEquals(404, reply.path("failureCode").asInt());
      JsonNode failure = Json.parse(reply.path("message").asText());
      assertEquals("NOT_FOUND", failure.path("code").asText());
      assertTrue(failure.path("next").asText().contains("group list"));
    }
  }

  @Test
  void onlyListedAddressesAreReached() throws Exception {
    try (BridgeClient client = connect("")) {
      for (String address : new String[] {"quorate.nope", "vertx.internal", "quorate.events"}) {
        JsonNode reply = client.ask(call(address, Map.of()));
        assertEquals("access_denied", reply.path("message").asText(), address + reply);
      }
    }
  }

  @Test
  void eventsAreDelivered() throws Exception {
    try (BridgeClient client = connect("")) {
      client.send(Map.of("type", "register", "address", "quorate.events"));
      // Answered after the registration, since frames are taken in order.
      client.ask(call("quorate.health", Map.of()));
      node.node.control().setParameter("client.idle.ms", "61000");
      JsonNode event = client.read();
      assertEquals("quorate.events", event.path("address").asText(), event.toString());
      assertEquals("config.changed", event.at("/body/type").asText(), event.toString());
      assertEquals("n1", event.at("/body/node").asText());
    }
  }

  private static void unauthorized(JsonNode reply) throws IOException {
    assertEquals(401, reply.path("failureCode").asInt(), reply.toString());
    assertEquals("UNAUTHORIZED", Json.parse(reply.path("message").asText()).path("code").asText());
  }

  @Test
  void withATokenConfiguredItMustBeShown() throws Exception {
    try (BridgeClient client = connect("secret")) {
      JsonNode denied = client.ask(call("quorate.node.status", Map.of()));
      unauthorized(denied);
      Map<String, Object> forged =
          Map.of(
              "type", "send",
              "address", "quorate.node.status",
              "replyAddress", "r1",
              "headers", Map.of("token", "wrong", "quorate.role", "ADMIN"),
              "body", Map.of());
      unauthorized(client.ask(forged));
      JsonNode deaf = client.ask(Map.of("type", "register", "address", "quorate.events"));
      assertEquals("err", deaf.path("type").asText(), deaf.toString());
      Map<String, Object> right =
          Map.of(
              "type", "send",
              "address", "quorate.node.status",
              "replyAddress", "r2",
              "headers", Map.of("token", "secret"),
              "body", Map.of());
      assertEquals("n1", client.ask(right).at("/body/node").asText());
    }
  }

  @Test
  void anImpossibleFrameEndsTheConnection() throws Exception {
    Random random = new Random(7);
    connect("").close();
    for (int i = 0; i < 50; i++) {
      try (BridgeClient client = connect("")) {
        byte[] noise = new byte[4096];
        random.nextBytes(noise);
        noise[0] = (byte) (random.nextInt(255) + 1);
        client.out.write(noise);
        client.out.flush();
        assertEquals(-1, client.in.read());
      } catch (java.net.SocketException closedByTheNode) {
        // A reset is as good as an end.
      }
    }
    try (BridgeClient client = connect("")) {
      assertEquals(
          "n1", client.ask(call("quorate.node.status", Map.of())).at("/body/node").asText());
    }
  }

  /** Hundreds that send nothing, and dozens that send most of a large frame and wait. */
  @Test
  void neitherManyConnectionsNorHalvesOfFramesFillTheHeap() throws Exception {
    connect("").close();
    int tooMany = 8;
    List<BridgeClient> all = new ArrayList<>();
    try {
      for (int i = 0; i < PendingInput.MAX_BYTES / Bridges.MAX_FRAME_BYTES + tooMany; i++) {
        BridgeClient half = connect("");
        all.add(half);
        try {
          half.out.writeInt(Bridges.MAX_FRAME_BYTES);
          half.out.write(new byte[Bridges.MAX_FRAME_BYTES - 1]);
        } catch (java.net.SocketException closedByTheNode) {
          // There was no room for it.
        }
      }
      await(
          "some to find no room",
          () -> all.stream().filter(BridgeClient::ended).count() >= tooMany);
      for (int i = 0; i <= HttpConnections.MAX; i++) {
        all.add(connect(""));
      }
      await("one more than there may be to be closed", () -> all.get(all.size() - 1).ended());
    } finally {
      for (BridgeClient each : all) {
        each.close();
      }
    }
    await("the bridge to serve again", this::served);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(String what, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "waited in vain for " + what);
      Thread.sleep(20);
    }
  }

  private boolean served() throws Exception {
    try (BridgeClient client = connect("")) {
      return client
          .ask(call("quorate.node.status", Map.of()))
          .at("/body/node")
          .asText()
          .equals("n1");
    } catch (IOException stillFull) {
      return false;
    }
  }
}
