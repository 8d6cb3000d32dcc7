package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Speaks to the SockJS bridge over a plain WebSocket. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WebSocketBridgeTest {
  @TempDir Path directory;
  private KvNode node;

  @BeforeEach
  void start() throws Exception {
    node = new KvNode(directory, "auth: {token: secret}\n");
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
  }

  /** What arrives, message by message. */
  private static final class Inbox implements WebSocket.Listener {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      return take(socket, data, last);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      return take(socket, StandardCharsets.UTF_8.decode(data), last);
    }

    private CompletionStage<?> take(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        messages.add(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      messages.add("closed");
      return null;
    }

    JsonNode next() throws Exception {
      String message = messages.poll(20, TimeUnit.SECONDS);
      assertNotNull(message, "nothing came in 20 s");
      return Json.parse(message);
    }

    /** The next message that says this: a node that has just begun to lead tells of that too. */
    JsonNode skipTo(String pointer, String wanted) throws Exception {
      JsonNode message = next();
      while (!message.at(pointer).asText().equals(wanted)) {
        message = next();
      }
      return message;
    }
  }

  private WebSocket open(Inbox inbox, String... header) {
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    if (header.length > 0) {
      builder.header(header[0], header[1]);
    }
    return builder
        .buildAsync(
            URI.create("ws://127.0.0.1:" + node.node.server.httpPort() + "/eventbus/websocket"),
            inbox)
        .join();
  }

  private static void send(
      WebSocket socket, String type, String address, Object body, String token) {
    Map<String, Object> message = new HashMap<>();
    message.put("type", type);
    message.put("address", address);
    message.put("headers", token == null ? Map.of() : Map.of("token", token));
    if (body != null) {
      message.put("body", body);
      message.put("replyAddress", "r1");
    }
    socket.sendText(Json.text(message), true).join();
  }

  @Test
  void operationsAnswerAndFailuresAreTyped() throws Exception {
    Inbox inbox = new Inbox();
    WebSocket socket = open(inbox);
    Map<String, String> put = Map.of("key", "a", "value", "1", "group", "main");
    send(socket, "send", "quorate.kv.put", put, "secret");
    JsonNode done = inbox.next();
    assertEquals("r1", done.path("address").asText(), done.toString());
    assertTrue(done.at("/body/revision").asLong() > 0, done.toString());

    send(socket, "send", "quorate.kv.get", Map.of("key", "a", "group", "main"), "secret");
    assertEquals("1", inbox.next().at("/body/entries/0/value").asText());

    send(socket, "send", "quorate.group.show", Map.of("group", "nope"), "secret");
    JsonNode failed = inbox.next();
    assertEquals(404, failed.path("failureCode").asInt(), failed.toString());
    assertEquals("NOT_FOUND", Json.parse(failed.path("message").asText()).path("code").asText());
    socket.abort();
  }

  @Test
  void whoIsNotKnownGetsATypedRefusal() throws Exception {
    Inbox inbox = new Inbox();
    WebSocket socket = open(inbox);
    for (String token : new String[] {null, "wrong"}) {
      send(socket, "send", "quorate.node.status", Map.of(), token);
      JsonNode refused = inbox.next();
      assertEquals(401, refused.path("failureCode").asInt(), refused.toString());
    }
    send(socket, "register", "quorate.events", null, "wrong");
    JsonNode deaf = inbox.next();
    assertEquals("err", deaf.path("type").asText(), deaf.toString());
    socket.abort();
  }

  @Test
  void onlyListedAddressesAreReached() throws Exception {
    for (String address : new String[] {"quorate.nope", "vertx.internal", "quorate.events"}) {
      Inbox inbox = new Inbox();
      WebSocket socket = open(inbox);
      send(socket, "send", address, Map.of(), "secret");
      JsonNode refused = inbox.next();
      assertEquals("err", refused.path("type").asText(), refused.toString());
      assertEquals("access_denied", refused.path("body").asText(), refused.toString());
      socket.abort();
    }
    Inbox inbox = new Inbox();
    WebSocket socket = open(inbox);
    send(socket, "register", "quorate.kv.get", null, "secret");
    assertEquals("access_denied", inbox.next().path("body").asText());
    socket.abort();
  }

  @Test
  void eventsAreDelivered() throws Exception {
    Inbox inbox = new Inbox();
    WebSocket socket = open(inbox);
    send(socket, "register", "quorate.events", null, "secret");
    // Answered after the registration, since messages are taken in order.
    send(socket, "send", "quorate.health", Map.of(), "secret");
    inbox.skipTo("/address", "r1");
    node.node.node.control().setParameter("client.idle.ms", "61000");
    JsonNode event = inbox.skipTo("/body/type", "config.changed");
    assertEquals("quorate.events", event.path("address").asText(), event.toString());
    assertEquals("n1", event.at("/body/node").asText(), event.toString());
    socket.abort();
  }

  @Test
  void aPageOfAnotherOriginIsKeptOut() {
    CompletionException refused =
        assertThrows(
            CompletionException.class, () -> open(new Inbox(), "Origin", "http://evil.example"));
    WebSocketHandshakeException handshake =
        assertInstanceOf(WebSocketHandshakeException.class, refused.getCause());
    assertEquals(403, handshake.getResponse().statusCode());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + node.node.server.httpPort() + "/eventbus/" + path);
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  /** SockJS falls back to it behind proxies that let no WebSocket through. */
  @Test
  void requestsDoWhereThereAreNoWebSockets() throws Exception {
    assertEquals("o\n", post("000/a-session/xhr", "").body());
    String message =
        Json.text(
            Map.of(
                "type",
                "send",
                "address",
                "quorate.node.status",
                "headers",
                Map.of("token", "secret"),
                "body",
                Map.of(),
                "replyAddress",
                "r1"));
    HttpResponse<String> sent = post("000/a-session/xhr_send", Json.text(List.of(message)));
    assertEquals(204, sent.statusCode(), sent.body());
    String answer = post("000/a-session/xhr", "").body();
    assertTrue(answer.startsWith("a[") && answer.contains("n1"), answer);
    String large = "[\"" + "x".repeat(Bridges.MAX_FRAME_BYTES) + "\"]";
    assertEquals(413, post("000/a-session/xhr_send", large).statusCode());
  }

  /** A packed message of two megabytes could be one of two gigabytes. */
  @Test
  void messagesAreNotPacked() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", node.node.server.httpPort())) {
      socket.setSoTimeout(20_000);
      String request =
          "GET /eventbus/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
              + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
              + "Sec-WebSocket-Extensions: permessage-deflate, deflate-frame\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      StringBuilder head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        int b = socket.getInputStream().read();
        assertTrue(b >= 0, head::toString);
        head.append((char) b);
      }
      assertTrue(head.toString().startsWith("HTTP/1.1 101 "), head::toString);
      assertFalse(head.toString().contains("deflate"), head::toString);
    }
  }

  /** It counts among what the port has to keep, and is taken back when it is complete or gone. */
  @Test
  void aMessageThatDoesNotComeCounts() throws Exception {
    PendingInput pending = node.node.server.pending();
    Inbox inbox = new Inbox();
    WebSocket socket = open(inbox);
    socket.sendText("{\"type\": " + " ".repeat(100_000), false).join();
    awaitPending(pending, bytes -> bytes >= 100_000);
    socket.sendText("\"ping\"}", true).join();
    awaitPending(pending, bytes -> bytes == 0);
    socket.sendText(" ".repeat(1000), false).join();
    awaitPending(pending, bytes -> bytes >= 1000);
    socket.abort();
    awaitPending(pending, bytes -> bytes == 0);
  }

  private static void awaitPending(PendingInput pending, LongPredicate wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!wanted.test(pending.bytes()) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertTrue(wanted.test(pending.bytes()), "pending: " + pending.bytes());
  }

  @Test
  void nonsenseHarmsNobodyElse() throws Exception {
    Inbox inbox = new Inbox();
    WebSocket socket = open(inbox);
    for (String nonsense :
        new String[] {"{", "[]", "7", "{\"type\":7}", "{\"type\":\"send\"}", "{\"type\":\"x\"}"}) {
      socket = socket.isOutputClosed() ? open(inbox) : socket;
      try {
        socket.sendText(nonsense, true).join();
      } catch (CompletionException closedJustNow) {
        // By the nonsense before: the next connection takes the rest.
      }
    }
    socket.abort();
    Inbox other = new Inbox();
    WebSocket good = open(other);
    send(good, "send", "quorate.node.status", Map.of(), "secret");
    assertEquals("n1", other.next().at("/body/node").asText());
    good.abort();
  }
}
