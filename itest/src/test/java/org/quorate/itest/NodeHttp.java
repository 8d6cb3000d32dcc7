package org.quorate.itest;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The operations of one node over HTTP: what a test asks often, without a process for each question. */
final class NodeHttp {
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int OK = 200;

  private final String name;
  private final URI base;
  private final String token;

  NodeHttp(String name, String address) {
    this(name, address, "none");
  }

  NodeHttp(String name, String address, String token) {
    this.name = name;
    this.base = URI.create("http://" + address);
    this.token = token;
  }

  String name() {
    return name;
  }

  /**
   * What became of a question.
   *
   * @param status of HTTP; 0 if the node does not answer
   */
  record Answer(int status, String body) {
    boolean ok() {
      return status == OK;
    }

    JsonObject object() {
      return new JsonObject(body);
    }

    JsonArray array() {
      return new JsonArray(body);
    }
  }

  Answer ask(String operation, JsonObject arguments) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve("/api/v1/" + operation.replace('.', '/')))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + token)
            .POST(HttpRequest.BodyPublishers.ofString(arguments.encode()))
            .build();
    try {
      HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      return new Answer(0, name + " does not answer: " + e);
    }
  }
}
