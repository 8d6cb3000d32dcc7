package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvCommand;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.tck.net.FreePorts;

/** How the process of a node ends when it cannot go on: docs/operating/configuration.md. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class NodeExitCodesIT {
  private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

  @TempDir Path folder;
  private Path config;
  private int clientPort;

  @BeforeEach
  void configure() throws IOException {
    config = folder.resolve("node.yaml");
    List<Integer> ports = FreePorts.take(2);
    clientPort = ports.get(1);
    Files.writeString(config, yaml(ports.get(0), clientPort));
  }

  private static String yaml(int peer, int client) {
    return """
    node: {id: a}
    cluster: {name: exits}
    listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d"}
    groups:
      - {name: default, strategy: raft, storage: mapdb, log: journal}
    """
        .formatted(peer, client);
  }

  /** A node's process and what it prints. */
  private static final class Node implements AutoCloseable {
    final Process process;
    final Queue<String> printed = new ConcurrentLinkedQueue<>();
    final CountDownLatch up = new CountDownLatch(1);
    final Thread reader;

    Node(Path config, Path data) throws IOException {
      Path program = Distribution.ofThisBuild().home().resolve("bin/quorate-node");
      process =
          new ProcessBuilder(List.of(program.toString(), config.toString(), data.toString()))
              .redirectErrorStream(true)
              .start();
      reader = new Thread(this::read, "output of a node");
      reader.setDaemon(true);
      reader.start();
    }

    private void read() {
      try (BufferedReader lines = process.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          printed.add(line);
          if (line.contains(" is up: start ")) {
            up.countDown();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void awaitUp() throws InterruptedException {
      assertTrue(up.await(120, TimeUnit.SECONDS), printed::toString);
    }

    int exit() throws InterruptedException {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), printed::toString);
      reader.join();
      return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void aWriteThatFailsEndsTheProcess() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(PRLIMIT), "no prlimit here");
    try (Node node = new Node(config, folder.resolve("data"))) {
      node.awaitUp();
      QuorateClient client =
          QuorateClient.connect(
              ClientOptions.of("127.0.0.1:" + clientPort).withOperationTimeoutMs(60_000));
      try {
        client.bootstrap().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
        Bytes put = new KvCommand.Put(Bytes.utf8("a"), Bytes.utf8("b"), 0, false).encode();
        client
            .group("default")
            .propose(put)
            .toCompletionStage()
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
        // From now on the system refuses every write of this process to a file.
        Process limit =
            new ProcessBuilder(PRLIMIT.toString(), "--pid", "" + node.process.pid(), "--fsize=1:1")
                .start();
        assertEquals(0, limit.waitFor());
        client.group("default").propose(put);
        assertEquals(70, node.exit());
        assertTrue(
            node.printed.stream().anyMatch(l -> l.contains("storage failed, the process ends")),
            node.printed::toString);
      } finally {
        client.close();
      }
    }
  }

  @Test
  void aMistakeInTheConfigurationEndsTheStart() throws Exception {
    Files.writeString(config, Files.readString(config) + "nodes: 3\n");
    try (Node node = new Node(config, folder.resolve("data"))) {
      assertEquals(78, node.exit());
      assertTrue(
          node.printed.stream().anyMatch(l -> l.contains("nodes") && l.contains("node.yaml")),
          node.printed::toString);
    }
  }

  @Test
  void aSecondProcessOnTheSameDirectoryDoesNotStart() throws Exception {
    Path second = folder.resolve("second.yaml");
    List<Integer> ports = FreePorts.take(2);
    Files.writeString(second, yaml(ports.get(0), ports.get(1)));
    try (Node first = new Node(config, folder.resolve("data"))) {
      first.awaitUp();
      try (Node late = new Node(second, folder.resolve("data"))) {
        assertEquals(78, late.exit());
        assertTrue(
            late.printed.stream().anyMatch(l -> l.contains("in use by process")),
            late.printed::toString);
      }
      first.process.toHandle().destroy(); // Process.destroy would close what it prints to
      assertEquals(128 + 15, first.exit());
      assertTrue(first.printed.stream().anyMatch(l -> l.contains("node a is down")));
    }
  }

  /** As in the launcher's training run, which may be killed at any moment. */
  @Test
  void aNodeOfUseOnlyToWhoStartedItEndsWithHim() throws Exception {
    Path cluster = folder.resolve("cluster");
    Cli cli = new Cli(cluster);
    cli.ok("up", "--detach", "--nodes", "1", "--java-option=-Dquorate.until.eof=true");
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      int exit = cli.run("status").exit();
      while (exit != 3 && System.nanoTime() < end) {
        exit = cli.run("status").exit();
      }
      assertEquals(3, exit, "it runs on");
      String printed = Files.readString(cluster.resolve("n1/node.log"));
      assertTrue(printed.contains("standard input has ended, and with it this process"), printed);
    } finally {
      cli.run("down");
    }
  }
}
