package org.quorate.cli.bench.peer;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.quorate.cli.cluster.Ports;

/** Three server processes of ZooKeeper on loopback, each write synced (its default). */
public final class ZooKeeperServers implements AutoCloseable {
  private static final int COUNT = 3;

  private final Processes processes;
  private final List<Integer> ports;

  /**
   * Starts them; they need not serve yet.
   *
   * @param classPath with the jars of a server
   * @param data where their data lives, empty
   */
  public ZooKeeperServers(String classPath, Path data) throws IOException {
    processes = new Processes(data);
    try {
      ports = Ports.choose(0, 3 * COUNT);
      for (int i = 0; i < COUNT; i++) {
        processes.start(command(classPath, config(data, i)));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private Path config(Path data, int i) throws IOException {
    Path own = Files.createDirectories(data.resolve("n" + (i + 1)));
    Files.writeString(own.resolve("myid"), Integer.toString(i + 1));
    StringBuilder text = new StringBuilder();
    text.append("tickTime=2000\ninitLimit=10\nsyncLimit=5\n");
    text.append("dataDir=").append(own).append('\n');
    text.append("clientPort=").append(ports.get(i)).append('\n');
    text.append("clientPortAddress=127.0.0.1\nadmin.enableServer=false\nmaxClientCnxns=0\n");
    for (int n = 0; n < COUNT; n++) {
      text.append("server.").append(n + 1).append("=127.0.0.1:").append(ports.get(COUNT + n));
      text.append(':').append(ports.get(2 * COUNT + n)).append('\n');
    }
    return Files.writeString(data.resolve("n" + (i + 1) + ".cfg"), text);
  }

  private static List<String> command(String classPath, Path config) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xms512m",
        "-Xmx1g",
        "-XX:+UseG1GC",
        "-cp",
        classPath + File.pathSeparator + ownJar(),
        WithParent.class.getName(),
        "org.apache.zookeeper.server.quorum.QuorumPeerMain",
        config.toString());
  }

  private static String ownJar() {
    URI place =
        URI.create(WithParent.class.getProtectionDomain().getCodeSource().getLocation().toString());
    return Path.of(place).toString();
  }

  /** Client ports. */
  public List<Integer> ports() {
    return ports.subList(0, COUNT);
  }

  /** Throws, with the end of its log, if one has ended. */
  public void check(String name) throws IOException {
    processes.check(name);
  }

  @Override
  public void close() {
    processes.close();
  }
}
