package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Speaks the frames of the TCP event bus bridge over a plain socket. */
class BridgeTest {
  @TempDir Path directory;
  private TestNode node;

  private Client connect(String token) throws Exception {
    if (node == null) {
      node = new TestNode(directory, token);
    }
    return new Client(node.bridgePort);
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
  }

  /** A length of four bytes and a JSON object, both ways. */
  private static final class Client implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    Client(int port) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(10_000);
      in = new DataInputStream(socket.getInputStream());
      out = new DataOutputStream(socket.getOutputStream());
    }

    JsonNode ask(Map<String, Object> frame) throws IOException {
      send(frame);
      return read();
    }

    void send(Map<String, Object> frame) throws IOException {
      byte[] bytes = Json.text(frame).getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
      out.flush();
    }

    JsonNode read() throws IOException {
      return Json.parse(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static Map<String, Object> call(String address, Map<String, Object> body) {
    return Map.of("type", "send", "address", address, "replyAddress", "r1", "body", body);
  }

  @Test
  void operationsAnswerInJson() throws Exception {
    try (Client client = connect("")) {
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
    try (Client client = connect("")) {
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
    try (Client client = connect("")) {
      for (String address : new String[] {"quorate.nope", "vertx.internal", "quorate.events"}) {
        JsonNode reply = client.ask(call(address, Map.of()));
        assertEquals("access_denied", reply.path("message").asText(), address + reply);
      }
    }
  }

  @Test
  void eventsAreDelivered() throws Exception {
    try (Client client = connect("")) {
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
    try (Client client = connect("secret")) {
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
      try (Client client = connect("")) {
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
    try (Client client = connect("")) {
      assertEquals(
          "n1", client.ask(call("quorate.node.status", Map.of())).at("/body/node").asText());
    }
  }
}
