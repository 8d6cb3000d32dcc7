package org.quorate.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.Terminal;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.demo.Demo;
import org.quorate.cli.load.FileFormat;
import org.quorate.management.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    description = {
      "Proves that a kill of the leader under load loses and doubles nothing.",
      "Starts three nodes in a temporary folder, loads 34,924 records (the Unicode "
          + "Character Database), kills the leader with SIGKILL on the way, starts it again, "
          + "and compares what every node holds with what was acknowledged. Counters would show "
          + "a write done twice."
    },
    footer = {
      "",
      "Exit code 0 only if nothing acknowledged is missing and nothing was done twice.",
      "Example: quorate demo --file people.csv"
    })
final class DemoCommand implements Callable<Integer> {
  private static final String DATA = "UnicodeData-15.0.0.txt.gz";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Option(names = "--file", paramLabel = "FILE", description = "Load this CSV or NDJSON instead.")
  private Path file;

  @Option(names = "--keep", description = "Leave the folder and the running cluster.")
  private boolean keep;

  private final Root root;

  DemoCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("quorate-demo-");
    LocalCluster cluster = new LocalCluster(folder, root.distribution());
    Thread cleaner = new Thread(() -> clean(cluster, folder), "clean-demo");
    Runtime.getRuntime().addShutdownHook(cleaner);
    try {
      Demo.Report report = run(cluster, folder);
      print(report);
      return report.passed() ? ExitCode.OK : ExitCode.FINDINGS;
    } finally {
      if (keep) {
        say("the cluster goes on: quorate status --data " + folder);
      } else {
        clean(cluster, folder);
      }
      Runtime.getRuntime().removeShutdownHook(cleaner);
    }
  }

  private Demo.Report run(LocalCluster cluster, Path folder)
      throws IOException, InterruptedException {
    Path source = file == null ? unpack(folder) : root.terminal().resolve(file);
    FileFormat format =
        file == null
            ? new FileFormat(FileFormat.Kind.CSV, ';', false, "c1", null, "")
            : format(source);
    say("three nodes in " + folder);
    cluster.create(new LocalCluster.Plan("demo", 3, 0, "raft", "mapdb", "journal", List.of()));
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      cluster.start(node.name());
    }
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      cluster.awaitAnswer(node, PATIENCE, (what, seconds) -> {});
    }
    cluster.bootstrap(PATIENCE, (what, seconds) -> {});
    cluster.awaitServing("default", PATIENCE, (what, seconds) -> {});
    say("they serve; loading " + source.getFileName());
    return new Demo(cluster, this::say).run(source, format);
  }

  private static FileFormat format(Path source) {
    FileFormat.Kind kind = FileFormat.kindOf(source.getFileName().toString());
    if (kind == null || !Files.isReadable(source)) {
      throw new CliException(
          ExitCode.USAGE, "no readable CSV or NDJSON: " + source, "check the name");
    }
    return new FileFormat(kind, ',', true, null, null, "");
  }

  private static Path unpack(Path folder) throws IOException {
    Path target = folder.resolve(DATA);
    try (InputStream in = Demo.class.getResourceAsStream(DATA)) {
      Files.copy(in, target);
    }
    return target;
  }

  private void say(String line) {
    root.terminal().err().println(line);
    root.terminal().err().flush();
  }

  private void print(Demo.Report r) {
    Terminal terminal = root.terminal();
    if (root.json()) {
      terminal.out().println(Json.pretty(r));
      return;
    }
    List<List<String>> rows =
        List.of(
            row("records in the file", r.records()),
            row("records sent", r.sent()),
            row("records acknowledged", r.acknowledged()),
            row("different keys among them", r.unique()),
            row("records rejected", r.rejected()),
            row("seconds, records a second", r.seconds() + ", " + r.perSecond()),
            row("leader killed (SIGKILL)", r.leaderKilled()),
            row("after record", r.killedAtRecord()),
            row("milliseconds without a leader", r.withoutLeaderMs()),
            row("increments acknowledged", r.incrementsAcknowledged()),
            row("increments without an answer", r.incrementsUnknown()));
    terminal.table(List.of("WHAT", "VALUE"), rows);
    terminal.out().println();
    terminal.print(r.nodes(), false);
    terminal.out().println();
    terminal.out().println("state hashes equal:       " + (r.equalHashes() ? "yes" : "NO"));
    terminal.out().println("acknowledged but missing: " + (r.lost() + r.missing()));
    terminal.out().println("done twice:               " + r.doubled());
    terminal.out().println(r.passed() ? "passed" : "FAILED");
    terminal.out().flush();
  }

  private static List<String> row(String what, Object value) {
    return List.of(what, String.valueOf(value));
  }

  private static synchronized void clean(LocalCluster cluster, Path folder) {
    try {
      if (cluster.exists()) {
        cluster.stopAll();
      }
      if (Files.exists(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot delete " + folder, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
