package org.quorate.operations;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.spi.operations.Decision;
import org.quorate.spi.operations.OnlineNode;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationSpec;
import org.quorate.spi.operations.OperationSpec.Timeouts;
import org.quorate.spi.operations.Phase;

/** Values of the operations' keys: JSON in the envelope that all values below the root have. */
final class Codec {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int API_VERSION = 1;

  private Codec() {}

  /** What a member said. */
  record Answer(boolean success, String message) {}

  /** What lies beside an operation. */
  record Content(String content, Map<String, String> changes) {
    /** An operation with this. Throws OperationException if none can have it. */
    OperationSpec of(OperationSpec spec) {
      return new OperationSpec(
          spec.kind(),
          spec.name(),
          spec.lock(),
          content,
          changes,
          spec.work(),
          spec.repeatable(),
          spec.strict(),
          spec.timeouts());
    }
  }

  private static Bytes value(String node, long wallMs, JsonNode data) {
    ObjectNode envelope = object();
    envelope.put("instanceName", node).put("apiVersion", API_VERSION).put("createdAt", wallMs);
    envelope.set("data", data);
    try {
      return Bytes.wrap(JSON.writeValueAsBytes(envelope));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static OperationException broken(String why, Exception cause) {
    return new OperationException(Code.BROKEN, "not a value of operations: " + why, cause);
  }

  private static JsonNode data(Bytes value) {
    try {
      JsonNode data = JSON.readTree(value.toByteArray()).path("data");
      if (data.isObject()) {
        return data;
      }
    } catch (java.io.IOException e) {
      throw broken("no JSON", e);
    }
    throw broken("no data", null);
  }

  private static JsonNode field(JsonNode data, String name) {
    JsonNode value = data.get(name);
    if (value == null) {
      throw broken("'" + name + "' is missing", null);
    }
    return value;
  }

  private static String text(JsonNode data, String name) {
    return field(data, name).asText();
  }

  // ---- operations -------------------------------------------------------------------------------

  static Bytes operation(String node, long wallMs, Stored s) {
    ObjectNode to = object();
    spec(to, s.spec);
    to.put("id", s.id).put("nonce", s.nonce).put("initiator", s.initiator);
    to.put("startedAt", s.startedAtMs).put("driver", s.driver).put("session", s.session);
    to.put("attempt", s.attempt).put("step", s.step).put("phase", s.phase.name());
    to.put("decision", s.decision == null ? "" : s.decision.name());
    to.put("reason", s.reason).put("result", s.result);
    texts(to.putObject("answers"), s.answers);
    texts(to.putObject("failed"), s.failed);
    s.gone.forEach(to.putArray("gone")::add);
    s.missing.forEach(to.putArray("missing")::add);
    ObjectNode expected = to.putObject("expected");
    s.expected.forEach(expected::put);
    return value(node, wallMs, to);
  }

  static Stored operation(Bytes value, long revision) {
    JsonNode data = data(value);
    try {
      Stored s = new Stored();
      s.revision = revision;
      s.spec = spec(data);
      s.id = field(data, "id").asLong();
      s.nonce = field(data, "nonce").asLong();
      s.initiator = text(data, "initiator");
      s.startedAtMs = field(data, "startedAt").asLong();
      s.driver = text(data, "driver");
      s.session = field(data, "session").asLong();
      s.attempt = field(data, "attempt").asInt();
      s.step = field(data, "step").asInt();
      s.phase = Phase.valueOf(text(data, "phase"));
      String decision = text(data, "decision");
      s.decision = decision.isEmpty() ? null : Decision.valueOf(decision);
      s.reason = text(data, "reason");
      s.result = text(data, "result");
      s.answers.putAll(texts(field(data, "answers")));
      s.failed.putAll(texts(field(data, "failed")));
      field(data, "gone").forEach(n -> s.gone.add(n.asText()));
      field(data, "missing").forEach(n -> s.missing.add(n.asText()));
      field(data, "expected")
          .properties()
          .forEach(e -> s.expected.put(e.getKey(), e.getValue().asLong()));
      return s;
    } catch (IllegalArgumentException e) {
      throw broken(e.getMessage(), e);
    }
  }

  private static void spec(ObjectNode to, OperationSpec spec) {
    to.put("kind", spec.kind()).put("name", spec.name()).put("lock", spec.lock());
    to.put("work", spec.work()).put("repeatable", spec.repeatable()).put("strict", spec.strict());
    Timeouts t = spec.timeouts();
    to.put("lockMs", t.lockMs()).put("prepareMs", t.prepareMs());
    to.put("executeMs", t.executeMs()).put("completeMs", t.completeMs());
  }

  private static OperationSpec spec(JsonNode data) {
    return new OperationSpec(
        text(data, "kind"),
        text(data, "name"),
        text(data, "lock"),
        "",
        Map.of(),
        field(data, "work").asBoolean(),
        field(data, "repeatable").asBoolean(),
        field(data, "strict").asBoolean(),
        new Timeouts(
            field(data, "lockMs").asLong(),
            field(data, "prepareMs").asLong(),
            field(data, "executeMs").asLong(),
            field(data, "completeMs").asLong()));
  }

  private static void texts(ObjectNode to, Map<String, String> from) {
    from.forEach(to::put);
  }

  /** A value may be null. */
  private static Map<String, String> texts(JsonNode from) {
    Map<String, String> to = new TreeMap<>();
    from.properties()
        .forEach(e -> to.put(e.getKey(), e.getValue().isNull() ? null : e.getValue().asText()));
    return to;
  }

  // ---- the rest
  // -----------------------------------------------------------------------------------

  static Bytes content(String node, long wallMs, String content, Map<String, String> changes) {
    ObjectNode to = object();
    to.put("content", content);
    texts(to.putObject("changes"), changes);
    return value(node, wallMs, to);
  }

  static Content content(Bytes value) {
    JsonNode data = data(value);
    return new Content(text(data, "content"), texts(field(data, "changes")));
  }

  static Bytes answer(String node, long wallMs, Answer answer) {
    return value(
        node, wallMs, object().put("success", answer.success()).put("message", answer.message()));
  }

  static Answer answer(Bytes value) {
    JsonNode data = data(value);
    return new Answer(field(data, "success").asBoolean(), data.path("message").asText());
  }

  static Bytes online(String node, long wallMs, String address) {
    return value(node, wallMs, object().put("hostAddr", address).put("startTime", wallMs));
  }

  /** The value of a node that was put offline by another. */
  static Bytes leaving(String by, long wallMs, OnlineNode n) {
    ObjectNode to = object().put("hostAddr", n.address()).put("startTime", n.startedAtMs());
    return value(by, wallMs, to.put("leaving", true));
  }

  static OnlineNode online(String node, Bytes value, long session) {
    JsonNode data = data(value);
    return new OnlineNode(
        node,
        text(data, "hostAddr"),
        session,
        field(data, "startTime").asLong(),
        data.path("leaving").asBoolean());
  }

  /** The value of the epoch, and of a lock's guard. */
  static Bytes number(String node, long wallMs, long number) {
    return value(node, wallMs, object().put("operation", number));
  }

  static long number(Bytes value) {
    return field(data(value), "operation").asLong();
  }
}
