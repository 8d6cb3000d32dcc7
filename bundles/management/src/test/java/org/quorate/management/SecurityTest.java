package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.runtime.auth.Secrets;
import org.quorate.runtime.config.ConfigException;
import org.quorate.runtime.config.ConfigReader;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.tck.net.Certificates;
import org.quorate.tck.net.FreePorts;

/** TLS, credentials and roles on the ports of real nodes. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SecurityTest {
  private static final String PASSWORD = "correct horse: battery";

  @TempDir static Path directory;
  private static Certificates ours;
  private static Certificates theirs;
  private static Path users;
  private static String annsLine;

  @BeforeAll
  static void secrets() throws Exception {
    ours = new Certificates(directory.resolve("ours")).issue("n1").issue("n2");
    theirs = new Certificates(directory.resolve("theirs")).issue("n2");
    annsLine = "  - {name: ann, role: admin, password: \"" + Secrets.ofPassword(PASSWORD) + "\"}\n";
    users =
        Files.writeString(
            directory.resolve("users.yaml"),
            "users:\n" + annsLine + line("vic", "viewer") + line("oli", "operator"));
  }

  private static String line(String name, String role) {
    return "  - {name: %s, role: %s, token: \"%s\"}\n"
        .formatted(name, role, Secrets.ofToken(name + "-token"));
  }

  private static String secured() {
    return ours.tls("n1") + "auth: {users: \"" + users + "\"}\n";
  }

  private static HttpClient https(Path authority) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(authority)) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static HttpResponse<String> call(
      HttpClient http, KvNode node, String operation, Object arguments, String authorization)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "https://127.0.0.1:"
                        + node.node.server.httpPort()
                        + Operations.table().get(operation).path()))
            .POST(HttpRequest.BodyPublishers.ofString(Json.text(arguments)));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void status(int expected, String code, HttpResponse<String> response)
      throws Exception {
    assertEquals(expected, response.statusCode(), response.body());
    if (code != null) {
      JsonNode failure = Json.parse(response.body());
      assertEquals(code, failure.path("code").asText());
      assertTrue(failure.path("next").asText().length() > 5, response.body());
    }
  }

  @Test
  void rolesDecideWhatHttpAnswers(@TempDir Path data) throws Exception {
    try (KvNode node = new KvNode(data, secured())) {
      HttpClient http = https(ours.authority());
      Map<String, String> put = Map.of("key", "a", "value", "1", "group", "main");
      Map<String, String> get = Map.of("key", "a", "group", "main");
      Map<String, String> set = Map.of("name", "client.idle.ms", "value", "70000");
      HttpResponse<String> unknown = call(http, node, "kv.get", get, null);
      status(401, "UNAUTHORIZED", unknown);
      assertTrue(unknown.headers().firstValue("WWW-Authenticate").orElse("").startsWith("Basic"));
      status(401, "UNAUTHORIZED", call(http, node, "kv.get", get, "Bearer nonsense"));
      status(401, "UNAUTHORIZED", call(http, node, "kv.get", get, basic("ann", "wrong")));
      status(401, "UNAUTHORIZED", call(http, node, "kv.get", get, "Basic %%%"));
      status(403, "FORBIDDEN", call(http, node, "kv.put", put, "Bearer vic-token"));
      status(200, null, call(http, node, "kv.put", put, "Bearer oli-token"));
      status(200, null, call(http, node, "kv.get", get, "Bearer vic-token"));
      status(403, "FORBIDDEN", call(http, node, "config.set", set, "Bearer oli-token"));
      Map<String, String> system = Map.of("key", "assembly", "value", "x", "group", "system");
      status(403, "FORBIDDEN", call(http, node, "kv.put", system, "Bearer oli-token"));
      status(404, "NOT_FOUND", call(http, node, "kv.put", system, basic("ann", PASSWORD)));
      Map<String, String> jar = Map.of("bundles", "a.jar");
      status(403, "FORBIDDEN", call(http, node, "assembly.deploy", jar, "Bearer oli-token"));
      HttpResponse<String> bare = call(http, node, "assembly.deploy", jar, basic("ann", PASSWORD));
      status(501, "UNSUPPORTED", bare);
      status(200, null, call(http, node, "config.set", set, basic("ann", PASSWORD)));
      status(200, null, call(http, node, "config.set", set, basic("ann", PASSWORD)));
      assertThrows(
          IOException.class,
          () -> call(https(theirs.authority()), node, "kv.get", get, "Bearer vic-token"),
          "a node whose authority is not trusted");
    }
  }

  private static String basic(String name, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void rolesDecideWhatTheClientPortAnswers(@TempDir Path data) throws Exception {
    try (KvNode node = new KvNode(data, secured())) {
      ClientOptions options =
          ClientOptions.of(node.node.clientAddress())
              .withOperationTimeoutMs(10_000)
              .withTls(ours.authority().toString());
      Bytes put = new KvCommand.Put(Bytes.utf8("k"), Bytes.utf8("v"), 0, false).encode();
      assertInstanceOf(Outcome.Committed.class, propose(options.withToken("oli-token"), put));
      assertInstanceOf(Outcome.Committed.class, propose(options.withToken("ann:" + PASSWORD), put));
      Outcome.Rejected forbidden =
          assertInstanceOf(Outcome.Rejected.class, propose(options.withToken("vic-token"), put));
      assertEquals(Outcome.Rejection.FORBIDDEN, forbidden.code());
      try (QuorateClient viewer = QuorateClient.connect(options.withToken("vic-token"))) {
        assertInstanceOf(
            ReadOutcome.Answered.class,
            viewer
                .group("main")
                .read(new KvQuery.Get(Bytes.utf8("k"), 0).encode(), ReadLevel.LINEARIZABLE)
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS));
      }
      for (String wrong : new String[] {"", "nonsense", "ann:wrong", "vic-token "}) {
        Outcome.Rejected refused =
            assertInstanceOf(Outcome.Rejected.class, propose(options.withToken(wrong), put));
        assertTrue(refused.message().contains("missing or wrong"), refused.message());
      }
    }
  }

  private static Outcome propose(ClientOptions options, Bytes command) throws Exception {
    try (QuorateClient client = QuorateClient.connect(options)) {
      return client
          .group("main")
          .propose(command)
          .toCompletionStage()
          .toCompletableFuture()
          .get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aChangedFileOfUsersIsInForceSoon(@TempDir Path data) throws Exception {
    Path file = Files.copy(users, data.resolve("users.yaml"));
    try (KvNode node = new KvNode(data, ours.tls("n1") + "auth: {users: \"" + file + "\"}\n")) {
      HttpClient http = https(ours.authority());
      Map<String, String> get = Map.of("key", "a", "group", "main");
      status(200, null, call(http, node, "kv.get", get, "Bearer vic-token"));
      rewrite(file, "users: [nonsense");
      Thread.sleep(3000); // two looks at the file: the refused one must have changed nothing
      status(200, null, call(http, node, "kv.get", get, "Bearer vic-token"));
      rewrite(file, "users:\n" + annsLine + line("new", "viewer"));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (call(http, node, "kv.get", get, "Bearer new-token").statusCode() != 200) {
        assertTrue(System.nanoTime() < end, "the new user is not let in");
        Thread.sleep(100);
      }
      status(401, "UNAUTHORIZED", call(http, node, "kv.get", get, "Bearer vic-token"));
    }
  }

  private static void rewrite(Path file, String text) throws IOException {
    FileTime before = Files.getLastModifiedTime(file);
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.fromMillis(before.toMillis() + 2000));
  }

  @Test
  void nodesMeetOnlyWithCertificatesOfTheirAuthority(@TempDir Path data) throws Exception {
    List<Integer> ports = FreePorts.take(4);
    String peers =
        "peers: [{id: n1, peer: \"127.0.0.1:%d\", client: \"127.0.0.1:1\"},"
            + " {id: n2, peer: \"127.0.0.1:%d\", client: \"127.0.0.1:2\"}]\n";
    String both = peers.formatted(ports.get(0), ports.get(1));
    Path one = Files.createDirectories(data.resolve("one"));
    Path two = Files.createDirectories(data.resolve("two"));
    try (PeerNode first =
        new PeerNode(one, "n1", ports.get(0), ports.get(2), both + ours.tls("n1"))) {
      try (PeerNode stranger =
          new PeerNode(two, "n2", ports.get(1), ports.get(3), both + theirs.tls("n2"))) {
        Thread.sleep(2000); // several rounds of dialling
        assertTrue(!first.connected() && !stranger.connected(), "a foreign certificate was taken");
      }
      try (PeerNode plain = new PeerNode(two, "n2", ports.get(1), ports.get(3), both)) {
        Thread.sleep(2000);
        assertTrue(!first.connected() && !plain.connected(), "a plain connection was taken");
      }
      try (PeerNode second =
          new PeerNode(two, "n2", ports.get(1), ports.get(3), both + ours.tls("n2"))) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!first.connected() || !second.connected()) {
          assertTrue(System.nanoTime() < end, "two nodes of one authority do not meet");
          Thread.sleep(20);
        }
      }
    }
  }

  @Test
  void anOpenAddressWantsTlsAndCredentials() {
    String base =
        """
        node: {id: n1}
        cluster: {name: c}
        data: {dir: d}
        listen: {peer: "127.0.0.1:0", client: "127.0.0.1:0", http: "0.0.0.0:8080"}
        """;
    for (String lacking :
        new String[] {
          "", ours.tls("n1"), "auth: {users: \"" + users + "\"}\n", "auth: {token: x}\n"
        }) {
      ConfigException refused =
          assertThrows(ConfigException.class, () -> parse(base + lacking), lacking);
      assertTrue(refused.getMessage().contains("listen.http 0.0.0.0:8080"), refused.getMessage());
    }
    parse(base + secured());
    parse(base + "insecure: true\n");
  }

  private static void parse(String text) {
    ConfigReader.parse("node.yaml", text, NodeParameters.all());
  }
}
