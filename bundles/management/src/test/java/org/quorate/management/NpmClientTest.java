package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The npm package vertx3-tcp-eventbus-client against the bridge, where Node.js finds it: {@code npm
 * install vertx3-tcp-eventbus-client} in some folder and {@code NODE_PATH=FOLDER/node_modules}.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NpmClientTest {
  private static final String PACKAGE = "vertx3-tcp-eventbus-client";

  @TempDir Path directory;

  private static boolean found() throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(
                  "node", "-e", "require.resolve('" + PACKAGE + "/lib/tcp-vertx-eventbus.js')")
              .redirectErrorStream(true)
              .start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException noNode) {
      return false;
    }
  }

  @Test
  void aProgramOfTheNpmClientWorks() throws Exception {
    assumeTrue(found(), "Node.js does not find " + PACKAGE + ": see this test's comment");
    Path script = directory.resolve("npm-client.js");
    try (InputStream in = getClass().getResourceAsStream("npm-client.js")) {
      Files.copy(in, script);
    }
    try (KvNode node = new KvNode(directory, "auth: {token: secret}\n")) {
      Path output = directory.resolve("output");
      Process process =
          new ProcessBuilder(
                  "node", script.toString(), Integer.toString(node.node.bridgePort), "secret")
              .redirectOutput(output.toFile())
              .redirectError(directory.resolve("errors").toFile())
              .start();
      try {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> read(output));
      } finally {
        process.destroyForcibly();
      }
      Map<String, JsonNode> said = new HashMap<>();
      for (String line : read(output).lines().toList()) {
        JsonNode json = Json.parse(line);
        said.put(json.path("what").asText(), json);
      }
      assertTrue(said.get("put").at("/body/revision").asLong() > 0, said.toString());
      assertEquals("npm", said.get("get").at("/body/entries/0/value").asText(), said.toString());
      assertEquals(404, said.get("nope").at("/err/failureCode").asInt(), said.toString());
      assertEquals(
          "NOT_FOUND",
          Json.parse(said.get("nope").at("/err/message").asText()).path("code").asText());
      assertEquals("access_denied", said.get("error").at("/err/message").asText());
      assertEquals("config.changed", said.get("event").at("/body/type").asText());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
