package org.quorate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.management.Argument;
import org.quorate.management.Operation;
import org.quorate.management.OperationException;
import org.quorate.management.Operations;
import org.quorate.management.TextFile;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Makes a command of every operation, unless there is one by hand that does more. */
final class OperationCommands {
  /** Done from outside: by processes, or by the client with its sessions. */
  private static final Set<String> BY_HAND =
      Set.of(
          "node.list",
          "node.stop",
          "assembly.upload",
          "kv.get",
          "kv.put",
          "kv.delete",
          "kv.scan",
          "kv.txn",
          "kv.watch");

  private static final Map<String, String> NOUNS =
      Map.ofEntries(
          Map.entry("node", "Nodes and their processes."),
          Map.entry("group", "Replicated groups."),
          Map.entry("kv", "Keys and values of a group."),
          Map.entry("coord", "Keys of a coordinator: in a group, or another one of a node."),
          Map.entry("lock", "Locks of the coordinator, and who holds them."),
          Map.entry("session", "Sessions of the coordinator."),
          Map.entry("failover", "Operations that a node began and another finishes."),
          Map.entry("op", "Operations of all nodes of a service, and who is awaited."),
          Map.entry("online", "Nodes of a service that are online."),
          Map.entry("assembly", "Bundles of the nodes, and how they are replaced."),
          Map.entry("config", "Parameters of a node."));

  /** What is named to them are files of this machine, sent before. */
  private static final Set<String> UPLOADING = Set.of("assembly.plan", "assembly.deploy");

  /** What they answer may be that something is wrong. */
  private static final Set<String> FINDING = Set.of("health", "group.why");

  private OperationCommands() {}

  /**
   * Adds them.
   *
   * @param wanted which words behind {@code quorate}
   */
  static void add(Root root, CommandLine tree, Predicate<String> wanted) {
    for (Operation operation : Operations.table().all()) {
      if (BY_HAND.contains(operation.name()) || !wanted.test(operation.noun())) {
        continue;
      }
      CommandLine command = new CommandLine(spec(root, operation));
      if (operation.noun().equals(operation.name())) {
        tree.addSubcommand(command);
      } else {
        noun(root, tree, operation.noun()).addSubcommand(command);
      }
    }
  }

  private static CommandLine noun(Root root, CommandLine tree, String noun) {
    CommandLine parent = tree.getSubcommands().get(noun);
    if (parent == null) {
      parent = root.group(noun, NOUNS.getOrDefault(noun, noun));
      tree.addSubcommand(parent);
    }
    return parent;
  }

  private static CommandSpec spec(Root root, Operation operation) {
    Run run = new Run(root, operation);
    CommandSpec spec = CommandSpec.wrapWithoutInspection(run);
    run.spec = spec;
    spec.name(operation.name().substring(operation.name().lastIndexOf('.') + 1));
    spec.mixinStandardHelpOptions(true);
    spec.usageMessage().description(operation.description() + ".");
    spec.usageMessage()
        .footer(
            "", ("Example: quorate " + operation.command() + " " + operation.example()).strip());
    int place = 0;
    for (Argument argument : operation.arguments()) {
      if (argument.placed()) {
        spec.addPositional(positional(argument, place++));
      } else {
        spec.addOption(option(argument));
      }
    }
    if (spec.findOption("--node") != null) {
      return spec; // the node that it is about is asked itself
    }
    spec.addOption(
        OptionSpec.builder("--node")
            .type(String.class)
            .paramLabel("NAME")
            .description("Ask this node (default: the first that answers).")
            .build());
    return spec;
  }

  private static PositionalParamSpec positional(Argument a, int place) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(place))
        .type(String.class)
        .required(a.required())
        .arity(a.required() ? "1" : "0..1")
        .paramLabel(a.name().toUpperCase(java.util.Locale.ROOT))
        .completionCandidates(a.choices())
        .description(description(a))
        .build();
  }

  private static OptionSpec option(Argument a) {
    boolean flag = a.type() == Argument.Type.FLAG;
    return OptionSpec.builder(a.option())
        .type(flag ? boolean.class : String.class)
        .paramLabel(a.name().toUpperCase(java.util.Locale.ROOT))
        .completionCandidates(a.choices())
        .description(description(a))
        .build();
  }

  private static String description(Argument a) {
    String text = a.description();
    if (!a.choices().isEmpty()) {
      text += " [" + String.join(", ", a.choices()) + "]";
    }
    boolean shown = a.fallback() != null && !a.fallback().isEmpty();
    return shown && a.type() != Argument.Type.FLAG
        ? text + " (default: " + a.fallback() + ")"
        : text;
  }

  /** Of the node, or of one layer of those that a group stands on. */
  private static boolean found(JsonNode answer) {
    if (!answer.isArray()) {
      return !answer.path("healthy").asBoolean();
    }
    for (JsonNode layer : answer) {
      if (!layer.path("ok").asBoolean()) {
        return true;
      }
    }
    return false;
  }

  /** Runs an operation with what was typed. */
  private static final class Run implements Callable<Integer> {
    private final Root root;
    private final Operation operation;
    private CommandSpec spec;

    Run(Root root, Operation operation) {
      this.root = root;
      this.operation = operation;
    }

    /** Who waits for an end waits a little longer than the node does. */
    private Duration patience(Map<String, Object> arguments) {
      return operation
          .waitMs(arguments)
          .map(ms -> Root.PATIENCE.plusMillis(ms))
          .orElse(Root.PATIENCE);
    }

    @Override
    public Integer call() throws InterruptedException {
      Map<String, Object> arguments = new LinkedHashMap<>();
      int place = 0;
      Path file = null;
      List<PositionalParamSpec> places = spec.positionalParameters();
      for (Argument a : operation.arguments()) {
        Object value =
            a.placed() ? places.get(place++).getValue() : spec.findOption(a.option()).getValue();
        if (value != null && a.isOutput()) {
          file = root.terminal().resolve(Path.of(value.toString()));
        } else if (value != null) {
          arguments.put(a.name(), value);
        }
      }
      String node = spec.findOption("--node").getValue();
      if (UPLOADING.contains(operation.name())) {
        String bundles = String.valueOf(arguments.get("bundles"));
        arguments.put("bundles", new Uploads(root, node).send(bundles));
      }
      JsonNode answer = root.call(node, operation.name(), arguments, patience(arguments));
      root.print(file == null ? answer : written(file, answer));
      return FINDING.contains(operation.name()) && found(answer) ? ExitCode.FINDINGS : ExitCode.OK;
    }

    private static Object written(Path file, JsonNode answer) {
      try {
        return TextFile.write(file, answer);
      } catch (OperationException e) {
        throw new CliException(ExitCode.USAGE, e.failure().message(), e.failure().next(), e);
      }
    }
  }
}
