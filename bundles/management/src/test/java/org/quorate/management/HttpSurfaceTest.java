package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.tck.net.FreePorts;

class HttpSurfaceTest {
  private static final String LONELY = "127.91.3.7";

  private final HttpClient http = HttpClient.newHttpClient();
  @TempDir Path directory;
  private TestNode node;

  @BeforeEach
  void start() throws Exception {
    node = new TestNode(directory, "");
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + node.server.httpPort() + path);
  }

  private static void failed(HttpResponse<String> response, FailureCode code, String part)
      throws Exception {
    assertEquals(code.status(), response.statusCode(), response.body());
    JsonNode failure = Json.parse(response.body());
    assertEquals(code.name(), failure.path("code").asText());
    assertTrue(failure.path("message").asText().contains(part), response.body());
    assertTrue(failure.path("next").asText().length() > 5, response.body());
  }

  @Test
  void aNodeDescribesItself() throws Exception {
    JsonNode status = Json.parse(get("/api/v1/node/status").body());
    assertEquals("n1", status.path("node").asText());
    assertEquals(ProcessHandle.current().pid(), status.path("pid").asLong());
    assertEquals(directory.toString(), status.path("dataDir").asText());
    JsonNode list = Json.parse(post("/api/v1/node/list", "{}").body());
    assertEquals("SELF", list.get(0).path("state").asText());
  }

  @Test
  void parametersAreReadAndChanged() throws Exception {
    JsonNode before = Json.parse(get("/api/v1/config/get?name=client.idle.ms").body());
    assertEquals("60000", before.path("value").asText());
    assertEquals("1000..86400000", before.path("range").asText());
    JsonNode after =
        Json.parse(
            post("/api/v1/config/set", "{\"name\":\"client.idle.ms\",\"value\":70000}").body());
    assertEquals("70000", after.path("value").asText());
    JsonNode changed = Json.parse(get("/api/v1/config/list?changed=true").body());
    assertEquals(1, changed.size(), changed.toString());
    failed(
        post("/api/v1/config/set", "{\"name\":\"client.idle.ms\",\"value\":1}"),
        FailureCode.BAD_REQUEST,
        "1000");
    failed(
        post("/api/v1/config/set", "{\"name\":\"nope\",\"value\":1}"),
        FailureCode.BAD_REQUEST,
        "nope");
  }

  @Test
  void failuresSayWhatToDo() throws Exception {
    failed(get("/api/v1/group/show?group=nope"), FailureCode.NOT_FOUND, "no group 'nope'");
    failed(get("/api/v1/group/show"), FailureCode.BAD_REQUEST, "'group' is missing");
    failed(get("/api/v1/group/show?group=%20"), FailureCode.BAD_REQUEST, "group name");
    failed(post("/api/v1/group/show", "{\"group\":"), FailureCode.BAD_REQUEST, "no JSON object");
    failed(post("/api/v1/group/show", "[1]"), FailureCode.BAD_REQUEST, "no JSON object");
    failed(get("/api/v1/nothing"), FailureCode.NOT_FOUND, "/api/v1/nothing");
    for (String fork : List.of("bootstrap", "reseed")) {
      failed(
          post("/api/v1/group/" + fork, "{\"group\":\"orders\"}"),
          FailureCode.BAD_REQUEST,
          "no node is named");
    }
    failed(
        post("/api/v1/kv/put", "{\"key\":\"a\",\"value\":\"" + "v".repeat(3 << 20) + "\"}"),
        FailureCode.TOO_LARGE,
        "longer than");
    assertEquals(405, get("/api/v1/node/stop").statusCode());
    assertEquals(List.of(), node.stops);
  }

  @Test
  void aNodeStopsWhenAsked() throws Exception {
    assertEquals(200, post("/api/v1/node/stop", "").statusCode());
    assertEquals(List.of("stop"), node.stops);
  }

  @Test
  void healthMetricsAndTheDescriptionAreServed() throws Exception {
    assertEquals(200, get("/health").statusCode());
    assertTrue(Json.parse(get("/health").body()).path("healthy").asBoolean());
    String metrics = get("/metrics").body();
    assertTrue(metrics.contains("quorate_incarnation{node=\"n1\"} 1.0"), metrics);
    assertTrue(metrics.contains("jvm_memory_used_bytes{"), metrics);
    JsonNode list = Json.parse(get("/api/v1/metrics?prefix=quorate_inc").body());
    assertEquals(1.0, list.get(0).path("value").asDouble());
    assertEquals("3.0.3", Json.parse(get("/api/v1/openapi.json").body()).path("openapi").asText());
  }

  @Test
  void pagesOfOtherOriginsHaveNoAccess() throws Exception {
    failed(
        get("/api/v1/node/status", "Origin", "http://evil.example"),
        FailureCode.FORBIDDEN,
        "http://evil.example");
    String own = "http://127.0.0.1:" + node.server.httpPort();
    assertEquals(200, get("/api/v1/node/status", "Origin", own).statusCode());
  }

  /** Within the time that the bodies of the test below are waited for. */
  private void aConnectionThatComesToNoRequestIsClosed() throws Exception {
    try (Socket slow = new Socket("127.0.0.1", node.server.httpPort());
        Socket mute = new Socket("127.0.0.1", node.server.httpPort())) {
      slow.getOutputStream()
          .write("GET /health HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII));
      boolean closed = false;
      while (!closed) {
        try {
          slow.getOutputStream().write('x');
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        } catch (java.net.SocketException e) {
          closed = true;
        }
      }
      mute.setSoTimeout(20_000);
      assertEquals(-1, mute.getInputStream().read());
    }
    assertEquals(200, get("/health").statusCode());
  }

  /** Many bodies announced at once find no room; those that do and never come are given up. */
  @Test
  void bodiesThatDoNotComeAreNotWaitedFor() throws Exception {
    int large = (2 << 20) - 1;
    int tooMany = 8;
    List<Socket> all = new ArrayList<>();
    try {
      for (int i = 0; i < PendingInput.MAX_BYTES / large + tooMany; i++) {
        all.add(announce(large));
      }
      aConnectionThatComesToNoRequestIsClosed();
      int refused = 0;
      for (Socket each : all) {
        each.setSoTimeout(60_000);
        String answer = new String(each.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        if (!answer.isEmpty()) {
          assertTrue(answer.startsWith("HTTP/1.1 429 ") && answer.contains("OVERLOADED"), answer);
          refused++;
        }
      }
      assertEquals(tooMany, refused);
    } finally {
      for (Socket each : all) {
        each.close();
      }
    }
    assertEquals(200, post("/api/v1/node/status", "{}").statusCode());
    try (Socket again = announce(large)) {
      again.getOutputStream().write(new byte[large]);
      again.setSoTimeout(20_000);
      byte[] status = again.getInputStream().readNBytes("HTTP/1.1 400".length());
      assertEquals("HTTP/1.1 400", new String(status, StandardCharsets.US_ASCII), "taken whole");
    }
  }

  private Socket announce(int bytes) throws Exception {
    Socket socket = new Socket("127.0.0.1", node.server.httpPort());
    String head =
        "POST /api/v1/kv/put HTTP/1.1\r\nHost: x\r\nContent-Length: " + bytes + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  @Test
  void aPortInUseIsNamedWithTheProcessThatHasIt() throws Exception {
    String http = "127.0.0.1:" + node.server.httpPort();
    String bridge = "127.0.0.1:" + node.bridgePort;
    AccessControl access = new AccessControl(node.node.control()::authenticate);
    Vertx other = Vertx.vertx(); // one instance would share the port
    try {
      for (ManagementConfig config :
          List.of(
              new ManagementConfig(http, null, null, null, access),
              new ManagementConfig(null, bridge, null, null, access))) {
        ManagementServer second =
            new ManagementServer(other, node.node.control(), config, () -> {});
        String message =
            assertThrows(
                    ExecutionException.class,
                    () ->
                        second
                            .start()
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(60, TimeUnit.SECONDS))
                .getMessage();
        String what = config.http() == null ? "listen.bridge " + bridge : "listen.http " + http;
        assertTrue(message.contains(what + ": "), message);
        if (Files.isReadable(Path.of("/proc/net/tcp"))) {
          assertTrue(message.contains("process " + ProcessHandle.current().pid() + " ("), message);
        }
      }
    } finally {
      other.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  /**
   * Closed while its ports are being opened: they must not be open behind it. On an address that nobody
   * else uses, so that nobody else answers there.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aServerThatIsClosedWhileItOpensLeavesNoPortOpen() throws Exception {
    for (int round = 0; round < 10; round++) {
      List<Integer> ports = FreePorts.take(2);
      int http = ports.get(0);
      int bridge = ports.get(1);
      ManagementServer server =
          new ManagementServer(
              node.node.vertx(),
              node.node.control(),
              new ManagementConfig(
                  LONELY + ":" + http, LONELY + ":" + bridge, null, null, AccessControl.OPEN),
              () -> {});
      Future<Void> opening = server.start();
      server.close().toCompletionStage().toCompletableFuture().get();
      opening.otherwiseEmpty().toCompletionStage().toCompletableFuture().get();
      for (int port : ports) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        // The JDK gives a port back when the loop that had it looks around next.
        while (takesConnections(port) && System.nanoTime() < end) {
          TimeUnit.MILLISECONDS.sleep(5);
        }
        assertFalse(takesConnections(port), port == http ? "http" : "bridge");
      }
    }
  }

  private static boolean takesConnections(int port) throws Exception {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(LONELY, port));
      return true;
    } catch (ConnectException refused) {
      return false;
    }
  }

  /** Tells which thread writes it out. */
  record Where(String thread) {
    @Override
    public String thread() {
      return Thread.currentThread().getName();
    }
  }

  /** Operations answer on the loops of their groups, which have better to do than writing JSON. */
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void answersAreWrittenOutOnTheLoopOfWhoAsked() throws Exception {
    Executor group = task -> new Thread(task, "a-group").start();
    Operation where =
        new Operation(
            "where",
            "Tells who writes",
            Access.READ,
            List.of(),
            Where.class,
            false,
            "",
            (n, a) ->
                CompletableFuture.supplyAsync(
                    () -> new Where(""),
                    CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS, group)));
    OperationTable table = new OperationTable(List.of(where));
    Vertx vertx = node.node.vertx();
    EventBusSurface bus = new EventBusSurface(vertx, table, node.server.node());
    Router router =
        new HttpSurface(node.server.node(), table, AccessControl.OPEN)
            .router(
                vertx,
                where,
                () -> CompletableFuture.completedFuture(""),
                new Bridges(vertx, table, AccessControl.OPEN),
                answered -> {});
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    URI uri = URI.create("http://127.0.0.1:" + server.actualPort() + where.path());
    String overHttp =
        http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString()).body();
    assertTrue(overHttp.contains("vert.x-eventloop-thread"), overHttp);
    String overTheBus =
        vertx
            .eventBus()
            .<Object>request(where.address(), "{}")
            .toCompletionStage()
            .toCompletableFuture()
            .get()
            .body()
            .toString();
    assertTrue(overTheBus.contains("vert.x-eventloop-thread"), overTheBus);
    server.close().toCompletionStage().toCompletableFuture().get();
    bus.close().toCompletionStage().toCompletableFuture().get();
  }

  /** Whoever waits for an answer is idle, and so is who has his: only the second one is sent away. */
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aConnectionIsNotIdleWhileItsAnswerIsAwaited() throws Exception {
    Vertx vertx = node.node.vertx();
    HttpConnections connections = new HttpConnections(vertx, 200);
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            c -> {
              c.addEndHandler(done -> connections.answered(c.request()));
              vertx.setTimer(1500, late -> c.response().end("late"));
            });
    HttpServer server =
        vertx
            .createHttpServer()
            .connectionHandler(connections::opened)
            .requestHandler(
                request -> {
                  assertTrue(connections.heard(request));
                  router.handle(request);
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    try (Socket socket = new Socket("127.0.0.1", server.actualPort())) {
      socket.setSoTimeout(20_000);
      byte[] request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(request);
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(all.endsWith("late"), all);
    }
    server.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void connectionsOverTheLimitAreClosed() throws Exception {
    List<Socket> all = new ArrayList<>();
    try {
      for (int i = 0; i < HttpConnections.MAX; i++) {
        all.add(new Socket("127.0.0.1", node.server.httpPort()));
      }
      try (Socket over = new Socket("127.0.0.1", node.server.httpPort())) {
        over.setSoTimeout(20_000);
        assertEquals(-1, over.getInputStream().read());
      }
    } finally {
      for (Socket each : all) {
        each.close();
      }
    }
  }

  @Test
  void randomBytesHarmNobody() throws Exception {
    Random random = new Random(42);
    for (int i = 0; i < 50; i++) {
      try (Socket socket = new Socket("127.0.0.1", node.server.httpPort())) {
        byte[] noise = new byte[1 + random.nextInt(20_000)];
        random.nextBytes(noise);
        socket.getOutputStream().write(noise);
        socket.getOutputStream().write("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(20_000); // longer than the node waits for a request
        socket.getInputStream().readNBytes(12);
      } catch (java.net.SocketException closedByTheNode) {
        // A reset is an answer too.
      }
    }
    assertEquals(200, get("/api/v1/node/status").statusCode());
  }
}
