package org.quorate.itest.soak;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quorate.itest.Distribution;

/** Three nodes, each a process in a namespace of its own. */
final class SoakCluster implements AutoCloseable {
  static final int NODES = 3;

  private final Path data;
  private final Namespaces network = new Namespaces(NODES);
  private final Process[] processes = new Process[NODES + 1];

  /** Writes the nodes' files; starts none. */
  SoakCluster(Path data, String strategy) throws IOException, InterruptedException {
    this.data = data;
    try {
      Files.createDirectories(data);
      for (int node = 1; node <= NODES; node++) {
        Files.writeString(data.resolve("n" + node + ".yaml"), config(node, strategy));
      }
      Files.writeString(clusterFile(), clusterYaml());
    } catch (IOException e) {
      network.close();
      throw e;
    }
  }

  private String config(int node, String strategy) {
    String peers =
        IntStream.rangeClosed(1, NODES)
            .mapToObj(
                peer ->
                    String.format(
                        "  - {id: n%d, peer: \"%s:7101\", client: \"%s:7201\"}%n",
                        peer, network.address(peer), network.address(peer)))
            .collect(Collectors.joining());
    String here = network.address(node);
    return String.format(
        "node: {id: n%d}%ncluster: {name: soak}%ninsecure: true%n"
            + "listen: {peer: \"%s:7101\", client: \"%s:7201\", http: \"%s:7301\"}%n"
            + "peers:%n%sgroups:%n  - {name: default, strategy: %s}%n",
        node, here, here, here, peers, strategy);
  }

  private String clusterYaml() {
    StringBuilder yaml = new StringBuilder("nodes:\n");
    for (int node = 1; node <= NODES; node++) {
      String here = network.address(node);
      yaml.append(
          String.format(
              "  - {name: n%d, client: \"%s:7201\", http: \"%s:7301\"}%n", node, here, here));
    }
    return yaml.toString();
  }

  /** How a client outside reaches the nodes. */
  Path clusterFile() {
    return data.resolve("cluster.yaml");
  }

  Namespaces network() {
    return network;
  }

  void start(int node) throws IOException {
    Path home = Distribution.ofThisBuild().home();
    List<String> command =
        List.of(
            home.resolve("bin/quorate-node").toString(),
            data.resolve("n" + node + ".yaml").toString(),
            data.resolve("n" + node).toString(),
            "-Xmx512m");
    ProcessBuilder builder =
        new ProcessBuilder(network.within(node, command))
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(node).toFile()));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    processes[node] = builder.start();
  }

  /** Ends a node by SIGKILL. */
  void kill(int node) throws InterruptedException {
    processes[node].destroyForcibly().waitFor();
  }

  /** Sends STOP or CONT. */
  void signal(int node, String name) throws IOException, InterruptedException {
    Shell.ok("kill", "-" + name, Long.toString(processes[node].pid()));
  }

  /** Throws if a node that nobody killed has ended. */
  void mustRun(int node) {
    if (!processes[node].isAlive()) {
      throw new AssertionError(
          "n" + node + " ended by itself with " + processes[node].exitValue() + ": " + log(node));
    }
  }

  private Path log(int node) {
    return data.resolve("n" + node + ".log");
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (Process process : processes) {
      if (process != null) {
        process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
      }
    }
    network.close();
  }
}
