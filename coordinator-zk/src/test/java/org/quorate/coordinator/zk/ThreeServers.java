package org.quorate.coordinator.zk;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.tck.coordination.CoordinatorFixture;
import org.quorate.tck.net.FreePorts;

/** An ensemble of three server processes; the one that leads is killed by SIGKILL. */
final class ThreeServers implements CoordinatorFixture {
  private static final int COUNT = 3;
  private static final long PATIENCE_S = 60;

  private final ZooKeeperProvider provider = new ZooKeeperProvider();
  private final Path folder;
  private final List<Integer> ports;
  private final Process[] processes = new Process[COUNT];

  ThreeServers(Path folder) throws Exception {
    this.folder = folder;
    this.ports = FreePorts.take(3 * COUNT);
    try {
      for (int i = 0; i < COUNT; i++) {
        start(i);
      }
      awaitAll();
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  private void start(int server) throws IOException {
    Path data = Files.createDirectories(folder.resolve("server-" + server));
    Files.writeString(data.resolve("myid"), Integer.toString(server + 1));
    StringBuilder config = new StringBuilder();
    config.append("tickTime=500\ninitLimit=60\nsyncLimit=20\nmaxSessionTimeout=60000\n");
    config.append("admin.enableServer=false\n4lw.commands.whitelist=srvr\n");
    config.append("dataDir=").append(data).append('\n');
    config
        .append("clientPortAddress=127.0.0.1\nclientPort=")
        .append(ports.get(server))
        .append('\n');
    for (int i = 0; i < COUNT; i++) {
      config.append("server.").append(i + 1).append("=127.0.0.1:").append(ports.get(COUNT + i));
      config.append(':').append(ports.get(2 * COUNT + i)).append('\n');
    }
    Path file = Files.writeString(folder.resolve("server-" + server + ".cfg"), config);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            ServerProcess.class.getName(),
            file.toString());
    File log = folder.resolve("server-" + server + ".log").toFile();
    processes[server] =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
  }

  /** What a server says it is: leader, follower; null if it does not serve. */
  private String mode(int server) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(2_000);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(server)), 2_000);
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return said.lines()
          .filter(l -> l.startsWith("Mode: "))
          .map(l -> l.substring(6))
          .findAny()
          .orElse(null);
    } catch (IOException notYet) {
      return null;
    }
  }

  private void awaitAll() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    for (int i = 0; i < COUNT; i++) {
      while (mode(i) == null) {
        if (System.nanoTime() > deadline || !processes[i].isAlive()) {
          throw new AssertionError(
              "server "
                  + i
                  + " does not serve: "
                  + Files.readString(folder.resolve("server-" + i + ".log")));
        }
        Thread.sleep(50);
      }
    }
  }

  Options options() {
    StringBuilder connect = new StringBuilder();
    for (int i = 0; i < COUNT; i++) {
      connect.append(i == 0 ? "" : ",").append("127.0.0.1:").append(ports.get(i));
    }
    return new Options(
        Map.of(
            Settings.CONNECT.name(),
            connect.toString(),
            Settings.CONNECTING.name(),
            "60000",
            Settings.REQUEST.name(),
            "50000"));
  }

  @Override
  public Coordinator open(String client) throws Exception {
    return provider
        .open(client, 3, options())
        .toCompletableFuture()
        .get(2 * PATIENCE_S, TimeUnit.SECONDS);
  }

  @Override
  public void kill(Coordinator client) {
    ((ZkCoordinator) client).abandon();
  }

  @Override
  public void failOver() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (System.nanoTime() < deadline) {
      for (int i = 0; i < COUNT; i++) {
        if ("leader".equals(mode(i))) {
          processes[i].destroyForcibly().waitFor();
          return;
        }
      }
      Thread.sleep(50);
    }
    throw new AssertionError("nobody leads");
  }

  @Override
  public void heal() throws Exception {
    for (int i = 0; i < COUNT; i++) {
      if (!processes[i].isAlive()) {
        start(i);
      }
    }
    awaitAll();
  }

  @Override
  public void close() {
    for (Process process : processes) {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }
}
