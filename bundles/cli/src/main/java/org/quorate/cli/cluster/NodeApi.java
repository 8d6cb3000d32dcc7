package org.quorate.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.management.Failure;
import org.quorate.management.FailureCode;
import org.quorate.management.Json;
import org.quorate.management.Operations;

/** The HTTP routes of one node. Thread-safe. */
public final class NodeApi {
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private final String node;
  private final URI base;

  public NodeApi(ClusterFile.NodeEntry entry) {
    node = entry.name();
    base = URI.create("http://127.0.0.1:" + entry.httpPort());
  }

  /** The name of the node. */
  public String node() {
    return node;
  }

  /**
   * Runs an operation.
   *
   * @throws CliException what the node said, or UNREACHABLE
   */
  public JsonNode call(String operation, Map<String, ?> arguments, Duration patience)
      throws InterruptedException {
    String path = Operations.table().get(operation).path();
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(patience)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.text(arguments)))
            .build();
    try {
      HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      JsonNode body = Json.parse(response.body());
      if (response.statusCode() == 200) {
        return body;
      }
      throw failed(Json.as(body, Failure.class));
    } catch (IOException | IllegalArgumentException e) {
      String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
      throw new CliException(
          ExitCode.UNREACHABLE,
          "node " + node + " does not answer at " + base + ": " + why,
          "see 'quorate status' and 'quorate doctor'",
          e);
    }
  }

  private static CliException failed(Failure failure) {
    int exit =
        failure.code() == FailureCode.INDETERMINATE
            ? ExitCode.INDETERMINATE
            : failure.code() == FailureCode.BAD_REQUEST ? ExitCode.USAGE : ExitCode.FAILED;
    return new CliException(exit, failure.message(), failure.next());
  }
}
