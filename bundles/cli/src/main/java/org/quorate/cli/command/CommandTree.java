package org.quorate.cli.command;

import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The commands below {@code quorate}. Making all of them takes longer than most commands do, so only the
 * branch that was typed is made where that can be told.
 */
final class CommandTree {
  private final Root root;
  private final String wanted; // null: all
  private final CommandLine tree;

  private CommandTree(Root root, CommandLine tree, String wanted) {
    this.root = root;
    this.tree = tree;
    this.wanted = wanted;
  }

  /** All commands. */
  static CommandLine whole(Root root) {
    return new CommandTree(root, new CommandLine(root), null).grown();
  }

  /** The branch that words name, or all commands if they name none, as where help is wanted. */
  static CommandLine of(Root root, String... words) {
    CommandLine tree = new CommandLine(root);
    String branch = branch(tree.getCommandSpec(), words);
    if (branch != null) {
      new CommandTree(root, tree, branch).grown();
    }
    return tree.getSubcommands().isEmpty() ? whole(root) : tree;
  }

  /** The first word that is no option and no value of one; null if that cannot be told. */
  private static String branch(CommandSpec spec, String... words) {
    for (int i = 0; i < words.length; i++) {
      OptionSpec option = spec.findOption(words[i]);
      if (option == null) {
        return words[i];
      }
      if (option.usageHelp()) {
        return null;
      }
      i += option.arity().min();
    }
    return null;
  }

  private CommandLine grown() {
    add("up", () -> new CommandLine(new UpCommand(root)));
    add("down", () -> new CommandLine(new DownCommand(root)));
    add("status", () -> new CommandLine(new StatusCommand(root)));
    add("node", this::node);
    add("kv", this::kv);
    add("demo", this::demo);
    add("doctor", () -> new CommandLine(new DoctorCommand(root)));
    add("shell", () -> new CommandLine(new ShellCommand(root)));
    add("credential", () -> new CommandLine(new CredentialCommand(root)));
    OperationCommands.add(root, tree, this::isWanted);
    if (isWanted("assembly")) {
      tree.getSubcommands().get("assembly").addSubcommand(new AssemblyUploadCommand(root));
    }
    add("sim", () -> new CommandLine(new SimCommand(root)));
    add("new", this::make);
    add("bench", () -> new CommandLine(new BenchCommand(root)));
    add("completion", () -> new CommandLine(new CompletionCommand(root)));
    tree.setCaseInsensitiveEnumValuesAllowed(true);
    tree.setUsageHelpAutoWidth(true);
    tree.setUsageHelpLongOptionsMaxWidth(28);
    return tree;
  }

  private boolean isWanted(String name) {
    return wanted == null || wanted.equals(name);
  }

  private void add(String name, Supplier<CommandLine> command) {
    if (isWanted(name)) {
      tree.addSubcommand(name, command.get());
    }
  }

  private CommandLine node() {
    CommandLine node = root.group("node", "Nodes and their processes.");
    node.addSubcommand(new NodeListCommand(root));
    node.addSubcommand(new NodeStartCommand(root));
    node.addSubcommand(new NodeStopCommand(root));
    node.addSubcommand(new NodeKillCommand(root));
    return node;
  }

  private CommandLine kv() {
    CommandLine kv = root.group("kv", "Keys and values of a group.");
    kv.addSubcommand(new KvPutCommand(root));
    kv.addSubcommand(new KvGetCommand(root));
    kv.addSubcommand(new KvDeleteCommand(root));
    kv.addSubcommand(new KvScanCommand(root));
    kv.addSubcommand(new KvTxnCommand(root));
    kv.addSubcommand(new KvLeaseCommand(root));
    kv.addSubcommand(new KvWatchCommand(root));
    kv.addSubcommand(new KvLoadCommand(root));
    kv.addSubcommand(new KvExportCommand(root));
    return kv;
  }

  private CommandLine demo() {
    CommandLine demo = new CommandLine(new DemoCommand(root));
    demo.addSubcommand(new DemoSwapCommand(root));
    return demo;
  }

  private CommandLine make() {
    CommandLine make = root.group("new", "The beginnings of a plug-in.");
    make.addSubcommand(new NewStrategyCommand(root));
    return make;
  }
}
