package org.quorate.tck.net;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** An ensemble of three ZooKeeper server processes on loopback. Not thread-safe. */
public final class ZooKeeperServers implements AutoCloseable {
  private static final int COUNT = 3;
  private static final long PATIENCE_S = 120;
  private static final int ANSWER_MS = 2_000;

  private final Path folder;
  private final String classPath;
  private final List<String> program;
  private final List<Integer> ports = FreePorts.take(3 * COUNT);
  private final Process[] processes = new Process[COUNT];

  /**
   * Starts them; they need not serve yet.
   *
   * @param folder for what they keep and print
   * @param classPath of the program
   * @param program a class whose main method runs a server and ends with who holds the other end of its
   *     input, and its arguments but for the last: the server's file
   */
  public ZooKeeperServers(Path folder, String classPath, String... program) throws IOException {
    this.folder = folder;
    this.classPath = classPath;
    this.program = List.of(program);
    try {
      startDead();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Starts those that do not run. */
  public void startDead() throws IOException {
    for (int i = 0; i < COUNT; i++) {
      if (processes[i] == null || !processes[i].isAlive()) {
        start(i);
      }
    }
  }

  private void start(int server) throws IOException {
    Path data = Files.createDirectories(folder.resolve("zk-" + server));
    Files.writeString(data.resolve("myid"), Integer.toString(server + 1));
    StringBuilder config = new StringBuilder();
    config.append("tickTime=500\ninitLimit=60\nsyncLimit=20\nmaxSessionTimeout=60000\n");
    config.append("admin.enableServer=false\n4lw.commands.whitelist=srvr\n");
    config.append("dataDir=").append(data).append('\n');
    config.append("clientPortAddress=127.0.0.1\n");
    config.append("clientPort=").append(ports.get(server)).append('\n');
    for (int i = 0; i < COUNT; i++) {
      config.append("server.").append(i + 1).append("=127.0.0.1:").append(ports.get(COUNT + i));
      config.append(':').append(ports.get(2 * COUNT + i)).append('\n');
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classPath));
    command.addAll(program);
    command.add(Files.writeString(folder.resolve("zk-" + server + ".cfg"), config).toString());
    processes[server] =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(server)))
            .start();
  }

  private File log(int server) {
    return folder.resolve("zk-" + server + ".log").toFile();
  }

  /** As clients want it: {@code host:port,…}. */
  public String connect() {
    return IntStream.range(0, COUNT)
        .mapToObj(i -> "127.0.0.1:" + ports.get(i))
        .collect(Collectors.joining(","));
  }

  /** What a server says it is: leader, follower; null if it does not serve. */
  private String mode(int server) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(ANSWER_MS);
      InetAddress here = InetAddress.getLoopbackAddress();
      socket.connect(new InetSocketAddress(here, ports.get(server)), ANSWER_MS);
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return said.lines()
          .filter(line -> line.startsWith("Mode: "))
          .map(line -> line.substring(6))
          .findAny()
          .orElse(null);
    } catch (IOException notYet) {
      return null;
    }
  }

  /** Waits until all serve; fails with what one of them printed if it does not. */
  public void serve() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    for (int i = 0; i < COUNT; i++) {
      while (mode(i) == null) {
        if (System.nanoTime() > deadline || !processes[i].isAlive()) {
          String said = Files.readString(log(i).toPath());
          throw new AssertionError("server " + i + " does not serve: " + said);
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  /** Kills the one that leads, by SIGKILL. */
  public void killLeader() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (System.nanoTime() < deadline) {
      for (int i = 0; i < COUNT; i++) {
        if ("leader".equals(mode(i))) {
          processes[i].destroyForcibly().waitFor();
          return;
        }
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError("no server leads");
  }

  @Override
  public void close() {
    for (Process process : processes) {
      if (process != null) {
        process.destroyForcibly();
      }
    }
    for (Process process : processes) {
      if (process != null) {
        process.onExit().join(); // what it writes into the folder comes to an end with it
      }
    }
  }
}
