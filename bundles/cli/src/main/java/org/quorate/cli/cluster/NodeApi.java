package org.quorate.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.management.Access;
import org.quorate.management.Failure;
import org.quorate.management.FailureCode;
import org.quorate.management.Json;
import org.quorate.management.Operation;
import org.quorate.management.Operations;

/** The HTTP routes of one node. Thread-safe. */
public final class NodeApi {
  /** Nobody is there. */
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** The JDK counts the handshake in, which both ends compute: on a busy machine it takes seconds. */
  private static final Duration CONNECT_TLS = Duration.ofSeconds(10);

  private static final HttpClient PLAIN = http(CONNECT).build();

  private final String node;
  private final URI base;
  private final String token;
  private final HttpClient http;

  /** Of a node of 'quorate up'. */
  public NodeApi(ClusterFile.NodeEntry entry) {
    this(new Reach(List.of(), "", ""), Reach.place(entry));
  }

  /** Of any node. */
  public NodeApi(Reach reach, Reach.Place place) {
    node = place.name();
    token = reach.token();
    base = URI.create((reach.ca().isEmpty() ? "http://" : "https://") + place.http());
    http =
        reach.ca().isEmpty() ? PLAIN : http(CONNECT_TLS).sslContext(trusting(reach.ca())).build();
  }

  private static HttpClient.Builder http(Duration connect) {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(connect);
  }

  private static SSLContext trusting(String authority) {
    try (InputStream in = Files.newInputStream(Path.of(authority))) {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("ca" + number++, certificate);
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new CliException(
          ExitCode.USAGE,
          "cannot use "
              + authority
              + ": "
              + (e instanceof NoSuchFileException ? "there is no such file" : e.getMessage()),
          "name a PEM file of the authority with --ca",
          e);
    }
  }

  /** The name of the node. */
  public String node() {
    return node;
  }

  /**
   * Runs an operation.
   *
   * @throws CliException what the node said; UNREACHABLE if it was not done, or only reads;
   *     INDETERMINATE if it changes something and was sent, and no answer came
   */
  public JsonNode call(String operation, Map<String, ?> arguments, Duration patience)
      throws InterruptedException {
    Operation called = Operations.table().get(operation);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(called.path()))
            .timeout(patience)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Json.text(arguments)));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      JsonNode body = Json.parse(response.body());
      if (response.statusCode() == 200) {
        return body;
      }
      throw failed(Json.as(body, Failure.class));
    } catch (IOException | IllegalArgumentException e) {
      throw unanswered(called, e);
    }
  }

  /** What was sent may have been done, and must not be sent to another node then. */
  private CliException unanswered(Operation called, Exception e) {
    String silent = "node " + node + " does not answer at " + base + ": " + reason(e);
    boolean notSent =
        e instanceof ConnectException
            || e instanceof HttpConnectTimeoutException
            || e instanceof SSLHandshakeException;
    return called.access() == Access.READ || notSent
        ? new CliException(
            ExitCode.UNREACHABLE, silent, "see 'quorate status' and 'quorate doctor'", e)
        : new CliException(
            ExitCode.INDETERMINATE,
            silent + "; not known whether '" + called.command() + "' was done",
            "look before you repeat it; see 'quorate status'",
            e);
  }

  private String reason(Exception e) {
    if (e instanceof SSLHandshakeException) {
      return "its certificate is not one of the authority given (ca), or does not name this"
          + " address: "
          + e.getMessage();
    } else if (e instanceof IOException
        && base.getScheme().equals("http")
        && String.valueOf(e.getMessage()).contains("header parser")) {
      return "it speaks no plain HTTP; if it has TLS, say --ca FILE";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static CliException failed(Failure failure) {
    int exit =
        failure.code() == FailureCode.INDETERMINATE
            ? ExitCode.INDETERMINATE
            : failure.code() == FailureCode.BAD_REQUEST ? ExitCode.USAGE : ExitCode.FAILED;
    return new CliException(exit, failure.message(), failure.next());
  }
}
