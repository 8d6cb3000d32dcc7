package org.quorate.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.management.AccessControl;
import org.quorate.management.Json;
import org.quorate.management.ManagementConfig;
import org.quorate.management.ManagementServer;
import org.quorate.raft.RaftStrategy;
import org.quorate.runtime.config.ConfigReader;
import org.quorate.runtime.config.NodeConfig;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.QuorateNode;
import org.quorate.runtime.node.Services;
import org.quorate.storage.memory.MemoryLogStorage;
import org.quorate.storage.memory.MemoryStateStorage;
import org.quorate.tck.net.Certificates;
import org.quorate.tck.net.FreePorts;

/** The command line against a node with TLS, users and roles, by a cluster file. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SecuredClusterTest {
  /** More than a connection without TLS may take. */
  private static final long HANDSHAKE_MS = 2_500;

  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... words) {
    out.reset();
    err.reset();
    return Main.run(
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            directory),
        words);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** Adds somebody to the file of users by the command for it; gives the token back. */
  private String credential(StringBuilder users, String name, String role) throws Exception {
    assertEquals(0, run("credential", name, "--role", role, "--random-token", "--json"), err());
    users.append("  ").append(Json.parse(out()).path("line").asText()).append('\n');
    return Json.parse(out()).path("token").asText();
  }

  @Test
  void everythingWorksThroughTlsAsTheRoleAllows() throws Exception {
    Certificates certificates = new Certificates(directory.resolve("pem")).issue("n1");
    StringBuilder users = new StringBuilder("users:\n");
    String viewer = credential(users, "vic", "viewer");
    String admin = credential(users, "ann", "admin");
    Path usersFile = Files.writeString(directory.resolve("users.yaml"), users);
    List<Integer> ports = FreePorts.take(3);
    int client = ports.get(1);
    int http = ports.get(2);
    String text =
        """
        node: {id: n1}
        cluster: {name: test}
        listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d", http: "127.0.0.1:%d"}
        auth: {users: "%s"}
        groups: [{name: default, storage: memory, log: memory, options: {volatile: true}}]
        """
                .formatted(ports.get(0), client, http, usersFile)
            + certificates.tls("n1");
    NodeConfig config =
        ConfigReader.parse("node.yaml", text, NodeParameters.all())
            .withDataDir(directory.resolve("n1"));
    Services services = new Services();
    services.add(new RaftStrategy());
    services.add(new MemoryLogStorage());
    services.add(new MemoryStateStorage());
    services.add(new KvStateMachineFactory());
    Files.createDirectories(directory.resolve("n1"));
    try (QuorateNode node = new QuorateNode(config, services, (why, cause) -> {})) {
      node.start();
      ManagementServer server =
          new ManagementServer(
              node.vertx(),
              node.control(),
              new ManagementConfig(
                  config.listen().get("http"),
                  null,
                  config.tls().certificate(),
                  config.tls().key(),
                  new AccessControl(node.control()::authenticate)),
              () -> {});
      server.start().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
      try {
        Path file =
            Files.writeString(
                directory.resolve("cluster.yaml"),
                "nodes: [{name: n1, client: \"127.0.0.1:%d\", http: \"127.0.0.1:%d\"}]\nca: pem/ca.pem\n"
                    .formatted(client, http));
        use(file.toString(), viewer, admin);
        whatFailsLeavesNoPart(file.toString(), viewer);
        anIdleWatchKeepsOnePlace(file.toString(), admin);
        try (ServerSocket late = late(http)) {
          Path slow =
              Files.writeString(
                  directory.resolve("slow.yaml"),
                  "nodes: [{name: n1, client: \"127.0.0.1:%d\", http: \"127.0.0.1:%d\"}]\nca: pem/ca.pem\n"
                      .formatted(client, late.getLocalPort()));
          String[] stats = {"kv", "stats", "--cluster", slow.toString(), "--token", viewer};
          assertEquals(0, run(stats), err()); // a handshake that takes long: busy, not away
        }
      } finally {
        server.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
      }
    }
  }

  /** Takes connections at once and hands what comes on them over after a while. */
  private static ServerSocket late(int port) throws IOException {
    ServerSocket near = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    daemon(
        () -> {
          while (true) {
            Socket client = near.accept();
            Thread.sleep(HANDSHAKE_MS);
            Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
            daemon(() -> client.getInputStream().transferTo(server.getOutputStream()), server);
            daemon(() -> server.getInputStream().transferTo(client.getOutputStream()), client);
          }
        },
        near);
    return near;
  }

  private interface Pumping {
    void run() throws IOException, InterruptedException;
  }

  /** Until one end closes, or the test ends. */
  private static void daemon(Pumping work, Closeable then) {
    Thread thread =
        new Thread(
            () -> {
              try (then) {
                work.run();
              } catch (IOException | InterruptedException e) {
                // closed by one of both
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void whatFailsLeavesNoPart(String file, String viewer) {
    String[] export = {"kv", "export", "--encoding", "base64", "--prefix", "!", "--output", "out"};
    String[] all = Arrays.copyOf(export, export.length + 4);
    System.arraycopy(new String[] {"--cluster", file, "--token", viewer}, 0, all, export.length, 4);
    assertEquals(2, run(all), err());
    assertFalse(Files.exists(directory.resolve("out.part")));
  }

  private double watches(String file, String admin) throws IOException {
    String[] metrics = {"metrics", "--prefix", "quorate_group_watches", "--json"};
    String[] all = Arrays.copyOf(metrics, metrics.length + 4);
    System.arraycopy(new String[] {"--cluster", file, "--token", admin}, 0, all, metrics.length, 4);
    assertEquals(0, run(all), err());
    return Json.parse(out()).get(0).path("value").asDouble();
  }

  /** It looks each second whether its node is there, and must not ask for one more place each time. */
  private void anIdleWatchKeepsOnePlace(String file, String admin) throws Exception {
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(seen, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(printed, printed, false, directory);
    String[] watch = {"kv", "watch", "bell", "--count", "1", "--cluster", file, "--token", admin};
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(() -> Main.run(terminal, watch));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (watches(file, admin) < 1 && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    TimeUnit.MILLISECONDS.sleep(3500);
    double after = watches(file, admin);
    assertTrue(after <= 2, "one that goes and one that comes at most: " + after);
    assertEquals(0, run("kv", "put", "bell", "rings", "--cluster", file, "--token", admin), err());
    assertEquals(0, exit.get(20, TimeUnit.SECONDS), seen::toString);
    assertTrue(seen.toString(StandardCharsets.UTF_8).contains("put bell rings"), seen::toString);
  }

  private void use(String file, String viewer, String admin) {
    String[] as = {"--cluster", file, "--token"};
    assertEquals(1, run("node", "bootstrap", as[0], as[1], as[2], viewer), () -> out() + err());
    assertTrue(err().contains("needs the role admin, the caller has viewer"), err());
    assertEquals(0, run("node", "bootstrap", as[0], as[1], as[2], admin), err());
    assertEquals(0, run("kv", "put", "colour", "green", as[0], as[1], as[2], admin), err());
    assertEquals(0, run("kv", "get", "colour", as[0], as[1], as[2], viewer), err());
    assertEquals("green\n", out());
    assertEquals(1, run("kv", "put", "colour", "red", as[0], as[1], as[2], viewer), out());
    assertTrue(err().contains("needs the role operator"), err());
    assertEquals(0, run("kv", "stats", as[0], as[1], as[2], viewer), err());
    assertEquals(0, run("status", as[0], as[1], as[2], viewer), err());
    assertTrue(out().contains("leader"), out());
    assertEquals(1, run("kv", "stats", as[0], as[1], as[2], "wrong"), out());
    assertTrue(err().contains("the token or password is wrong"), err());
    assertEquals(1, run("kv", "get", "colour", as[0], as[1], as[2], "wrong"), out());
    assertTrue(err().contains("missing or wrong"), err());
    assertEquals(2, run("kv", "get", "colour", "--cluster", "nowhere.yaml"), out());
    assertTrue(err().contains("there is no cluster file"), err());
  }
}
