package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Speaks the frames of the TCP event bus bridge: a length of four bytes and a JSON object, both ways. */
final class BridgeClient implements AutoCloseable {
  private final Socket socket;
  private final Set<String> asked = new TreeSet<>();
  final DataInputStream in;
  final DataOutputStream out;

  BridgeClient(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(60_000);
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

  /** Whether the node has closed it. */
  boolean ended() {
    try {
      socket.setSoTimeout(10);
      return in.read() == -1;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  static Map<String, Object> call(String address, Map<String, Object> body) {
    return Map.of("type", "send", "address", address, "replyAddress", "r1", "body", body);
  }

  /** What an operation answers. */
  JsonNode body(String operation, Map<String, Object> arguments) throws IOException {
    asked.add(operation);
    JsonNode reply = ask(call("quorate." + operation, arguments));
    assertEquals("message", reply.path("type").asText(), reply.toString());
    return reply.path("body");
  }

  /** How an operation fails. */
  String refusal(String operation, Map<String, Object> arguments) throws IOException {
    asked.add(operation);
    JsonNode reply = ask(call("quorate." + operation, arguments));
    assertEquals("err", reply.path("type").asText(), reply.toString());
    return Json.parse(reply.path("message").asText()).path("code").asText();
  }

  /** Every operation whose name begins so has answered, by a reply or a typed failure. */
  void assertAllOf(String... prefixes) {
    Set<String> all = new TreeSet<>();
    for (Operation operation : Operations.table().all()) {
      for (String prefix : prefixes) {
        if (operation.name().startsWith(prefix)) {
          all.add(operation.name());
        }
      }
    }
    assertEquals(all, asked);
  }
}
