package org.quorate.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.cli.ExitCode;
import org.quorate.cli.Main;
import org.quorate.cli.Terminal;
import org.quorate.management.Operations;

/** A node that takes a request and is lost, and another one that answers all. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LostAnswerTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private FakeNode lost;
  private FakeNode other;

  /** Reads the head of a request, then closes the connection, behind an answer if it has one. */
  private static final class FakeNode implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger requests = new AtomicInteger();
    private final String answer;

    FakeNode(String answer) throws IOException {
      this.answer = answer;
      Thread thread = new Thread(this::serve, "fake-node");
      thread.setDaemon(true);
      thread.start();
    }

    private void serve() {
      while (!server.isClosed()) {
        try (Socket socket = server.accept()) {
          InputStream in = socket.getInputStream();
          int end = 0; // how much of an empty line has come
          for (int b = in.read(); b >= 0 && end < 3; b = in.read()) {
            end = b == "\r\n\r\n".charAt(end) ? end + 1 : b == '\r' ? 1 : 0;
          }
          requests.incrementAndGet();
          if (answer != null) {
            String head =
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + answer.length();
            socket
                .getOutputStream()
                .write((head + "\r\n\r\n" + answer).getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            in.transferTo(java.io.OutputStream.nullOutputStream());
          }
        } catch (IOException e) {
          continue; // closed, by the test or by who asked
        }
      }
    }

    String place() {
      return "127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    lost = new FakeNode(null);
    other = new FakeNode("{}");
    String node = "  - {name: %s, client: \"%s\", http: \"%s\"}\n";
    Files.writeString(
        directory.resolve("cluster.yaml"),
        "nodes:\n"
            + node.formatted("n1", lost.place(), lost.place())
            + node.formatted("n2", other.place(), other.place()));
  }

  @AfterEach
  void stop() throws IOException {
    lost.close();
    other.close();
  }

  private int run(String... words) {
    err.reset();
    Terminal terminal =
        new Terminal(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            directory);
    String[] all = java.util.Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--cluster";
    all[words.length + 1] = "cluster.yaml";
    return Main.run(terminal, all);
  }

  @Test
  void aWriteThatWasSentIsNotSentToAnotherNode() {
    int exit = run("kv", "add", "stock", "--delta", "5");
    String said = err.toString(StandardCharsets.UTF_8);
    assertEquals(ExitCode.INDETERMINATE, exit, said);
    assertTrue(said.contains("not known whether 'kv add' was done"), said);
    assertEquals(1, lost.requests.get());
    assertEquals(0, other.requests.get(), "it may have been done already");
  }

  @Test
  void whatOnlyReadsOrWasNeverSentIsAskedOfTheNext() throws IOException {
    assertEquals(ExitCode.OK, run("node", "status"), err::toString);
    assertEquals(1, other.requests.get());
    lost.close();
    assertEquals(ExitCode.OK, run("kv", "add", "stock"), err::toString);
    assertEquals(2, other.requests.get());
  }

  @Test
  void whoWaitsForAnEndWaitsAsLongAsTheNode() {
    var deploy = Operations.table().get("assembly.deploy");
    assertEquals(600_000L, deploy.waitMs(Map.of("wait", true)).orElseThrow());
    assertEquals(
        Duration.ofHours(1).toMillis(),
        deploy.waitMs(Map.of("wait", "true", "timeout", "3600000")).orElseThrow());
    for (Map<String, Object> soon :
        List.<Map<String, Object>>of(
            Map.of(), Map.of("wait", false), Map.of("wait", true, "timeout", "long"))) {
      assertTrue(deploy.waitMs(soon).isEmpty(), soon.toString());
    }
    assertTrue(Operations.table().get("kv.add").waitMs(Map.of("wait", true)).isEmpty());
  }
}
