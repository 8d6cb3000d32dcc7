package org.quorate.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.Terminal;
import org.quorate.cli.cluster.TemporaryCluster;
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
    FileFormat format =
        file == null
            ? new FileFormat(FileFormat.Kind.CSV, ';', false, "c1", null, "")
            : format(root.terminal().resolve(file));
    Path folder = Files.createTempDirectory("quorate-demo-");
    say("three nodes in " + folder);
    try (TemporaryCluster cluster =
        TemporaryCluster.serving(folder, root.distribution(), "demo", 3, "raft")) {
      if (keep) {
        cluster.keep();
      }
      Path source = file == null ? unpack(folder) : root.terminal().resolve(file);
      say("they serve; loading " + source.getFileName());
      Demo.Report report = new Demo(cluster.cluster(), this::say).run(source, format);
      print(report);
      return report.passed() ? ExitCode.OK : ExitCode.FINDINGS;
    } finally {
      if (keep) {
        say("the cluster goes on: quorate status --data " + folder);
      }
    }
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
}
