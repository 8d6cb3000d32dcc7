package org.quorate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.Terminal;
import org.quorate.cli.cluster.ClusterFile;
import org.quorate.cli.cluster.Distribution;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.cluster.Reach;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code quorate}: what all commands have in common, and the tree of them. */
@Command(
    name = "quorate",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Root.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    description = "Replicated systems assembled from OSGi bundles.",
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 cluster not reachable,",
      "4 not known whether a write was done, 5 a check found something."
    })
public final class Root implements Runnable {
  /** A node tries for less than that what it does not say at once. */
  static final Duration PATIENCE = Duration.ofSeconds(40);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      description = "The cluster's directory (default: ./data).")
  private Path data = Path.of("data");

  @Option(
      names = "--cluster",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "Reach the cluster of this file instead (nodes, ca, token).")
  private Path clusterFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "PEM file of the nodes' authority: use TLS.")
  private Path ca;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      scope = ScopeType.INHERIT,
      description = "Token or NAME:PASSWORD (default: environment QUORATE_TOKEN).")
  private String token;

  @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  private final Terminal terminal;

  public Root(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Every command below this one. */
  public CommandLine tree() {
    return CommandTree.whole(this);
  }

  /** What is needed of it to execute these words. */
  public CommandLine tree(String... words) {
    return CommandTree.of(this, words);
  }

  /** A command that only has others below it. */
  CommandLine group(String name, String description) {
    CommandSpec group = CommandSpec.wrapWithoutInspection(new NeedsSubcommand());
    group.name(name);
    group.usageMessage().description(description);
    group.mixinStandardHelpOptions(true);
    return new CommandLine(group);
  }

  /** What {@code quorate kv} without more does: says that something is missing. */
  private static final class NeedsSubcommand implements Runnable {
    @Override
    public void run() {
      throw new CliException(
          ExitCode.USAGE, "a command is missing", "add --help to see which there are");
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(terminal.out());
  }

  Terminal terminal() {
    return terminal;
  }

  /** Whether answers and errors are JSON. */
  public boolean json() {
    return json;
  }

  /** The cluster's directory, absolute. */
  Path data() {
    return terminal.resolve(data);
  }

  /**
   * The cluster on this machine.
   *
   * @throws CliException if another one was named: this one is not meant then
   */
  LocalCluster cluster() {
    if (elsewhere()) {
      throw new CliException(
          ExitCode.USAGE,
          "this command is about processes of this machine: it takes no --cluster",
          "leave it out and name the cluster's directory with --data");
    }
    return new LocalCluster(data(), this::distribution);
  }

  Distribution distribution() {
    return Distribution.locate(terminal.directory());
  }

  /** Prints an answer the way the user asked for. */
  void print(Object answer) {
    terminal.print(answer, json);
  }

  /** Whether the cluster is not one of 'quorate up' on this machine. */
  boolean elsewhere() {
    return clusterFile != null;
  }

  /** How the nodes are reached. */
  Reach reach() {
    Reach reach =
        elsewhere()
            ? Reach.read(terminal.resolve(clusterFile))
            : Reach.of(ClusterFile.read(data()));
    String shown = token != null ? token : System.getenv("QUORATE_TOKEN");
    return reach.with(ca == null ? null : terminal.resolve(ca).toString(), shown);
  }

  /**
   * Says at once what would only be said when the time is over.
   *
   * @throws CliException if no process of the cluster on this machine runs
   */
  void anyRuns() {
    if (elsewhere()) {
      return;
    }
    LocalCluster here = cluster();
    if (here.file().nodes().stream().noneMatch(node -> here.process(node).isPresent())) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "no node of the cluster in " + data() + " runs",
          "start it with 'quorate up'");
    }
  }

  /** Runs an operation on a node, or on the first that answers. */
  JsonNode call(String node, String operation, Map<String, ?> arguments)
      throws InterruptedException {
    return call(node, operation, arguments, PATIENCE);
  }

  /** The same; after so long without an answer it fails. */
  JsonNode call(String node, String operation, Map<String, ?> arguments, Duration patience)
      throws InterruptedException {
    Reach reach = reach();
    if (node != null) {
      return new NodeApi(reach, reach.node(node)).call(operation, arguments, patience);
    }
    CliException last = null;
    for (Reach.Place place : reach.nodes()) {
      try {
        return new NodeApi(reach, place).call(operation, arguments, patience);
      } catch (CliException e) {
        if (e.exitCode() != ExitCode.UNREACHABLE) {
          throw e;
        }
        last = e;
      }
    }
    throw new CliException(
        ExitCode.UNREACHABLE,
        "no node of the cluster in " + (elsewhere() ? clusterFile : data()) + " answers",
        "see 'quorate status'; start what is down with 'quorate node start NAME' or 'quorate up'",
        last);
  }

  String completionScript() {
    return AutoComplete.bash("quorate", new Root(terminal).tree());
  }

  /** Prints the version of the distribution and of Java. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version;
      try {
        version = Distribution.locate(Path.of("").toAbsolutePath()).version();
      } catch (CliException e) {
        version = "(not built)";
      }
      return new String[] {
        "quorate " + version,
        "Java " + Runtime.version() + " (" + System.getProperty("java.vm.name") + ")"
      };
    }
  }
}
