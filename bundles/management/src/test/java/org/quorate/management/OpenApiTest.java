package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenApiTest {
  private final JsonNode document = Json.tree(OpenApi.document(Operations.table(), "v1"));

  @Test
  void everyOperationHasItsRoute() {
    for (Operation op : Operations.table().all()) {
      JsonNode path = document.path("paths").path(op.path());
      assertEquals(op.description(), path.path("post").path("summary").asText(), op.name());
      assertEquals(op.access() == Access.READ, path.has("get"), op.name());
    }
  }

  @Test
  void everyOperationAndFailureIsInTheManual() throws IOException {
    String manual = Files.readString(Path.of("..", "..", "docs", "operating", "management.md"));
    for (Operation op : Operations.table().all()) {
      assertTrue(manual.contains("`" + op.name() + "`"), op.name());
    }
    for (FailureCode code : FailureCode.values()) {
      assertTrue(manual.contains("| " + code + " | " + code.status() + " |"), code.name());
    }
  }

  @Test
  void argumentsAreDescribed() {
    JsonNode body =
        document.at("/paths/~1api~1v1~1kv~1put/post/requestBody/content/application~1json/schema");
    assertEquals("key", body.path("required").get(0).asText());
    assertEquals("boolean", body.at("/properties/previous/type").asText());
    assertEquals(0, body.at("/properties/lease/default").asInt(-1));
    assertFalse(body.path("additionalProperties").asBoolean(true));
  }

  @Test
  void everyReferenceHasItsSchema() {
    List<String> references = new ArrayList<>();
    collect(document, references);
    assertTrue(references.size() > 20, "references: " + references.size());
    for (String reference : references) {
      assertFalse(document.at(reference.substring(1)).isMissingNode(), reference);
    }
  }

  private static void collect(JsonNode node, List<String> references) {
    if (node.has("$ref")) {
      references.add(node.path("$ref").asText());
    }
    node.forEach(child -> collect(child, references));
  }
}
