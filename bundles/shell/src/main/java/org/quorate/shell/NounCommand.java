package org.quorate.shell;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.quorate.management.Argument;
import org.quorate.management.CommandLine;
import org.quorate.management.Failure;
import org.quorate.management.ManagedNode;
import org.quorate.management.Operation;
import org.quorate.management.OperationException;
import org.quorate.management.OperationTable;
import org.quorate.management.TextFile;

/**
 * A command of the scope {@code quorate}: one operation ({@code quorate:health}), or all that begin
 * with a noun, told apart by the first word ({@code quorate:kv get colour}).
 */
public final class NounCommand implements Function {
  private static final int PATIENCE_SECONDS = 60;

  private final String name;
  private final ManagedNode node;
  private final Map<String, Operation> verbs;
  private final Operation single;

  private NounCommand(
      String name, ManagedNode node, Map<String, Operation> verbs, Operation single) {
    this.name = name;
    this.node = node;
    this.verbs = verbs;
    this.single = single;
  }

  /** Every command by its name, and the short names of those typed most. */
  public static Map<String, NounCommand> all(OperationTable table, ManagedNode node) {
    Map<String, NounCommand> commands = new TreeMap<>();
    Map<String, Map<String, Operation>> nouns = new TreeMap<>();
    for (Operation op : table.all()) {
      if (op.noun().equals(op.name())) {
        commands.put(op.name(), new NounCommand(op.name(), node, Map.of(), op));
      } else {
        String verb = op.name().substring(op.noun().length() + 1);
        nouns.computeIfAbsent(op.noun(), n -> new LinkedHashMap<>()).put(verb, op);
      }
    }
    nouns.forEach((noun, verbs) -> commands.put(noun, new NounCommand(noun, node, verbs, null)));
    Map.of(
            "groups", "group.list",
            "nodes", "node.list",
            "why", "group.why",
            "status", "node.status",
            "events", "node.events")
        .forEach(
            (alias, op) ->
                commands.put(alias, new NounCommand(alias, node, Map.of(), table.get(op))));
    return commands;
  }

  @Override
  public Object execute(CommandSession session, List<Object> arguments) throws Exception {
    List<String> words = new ArrayList<>(arguments.stream().map(String::valueOf).toList());
    if (words.contains("--help") || words.isEmpty() && single == null) {
      session.getConsole().print(help());
      return null;
    }
    Operation operation = single != null ? single : verb(words.remove(0));
    try {
      return new Answer(run(operation, words));
    } catch (OperationException e) {
      throw new IllegalArgumentException(text(e.failure()), e);
    }
  }

  private Operation verb(String word) {
    Operation operation = verbs.get(word);
    if (operation == null) {
      throw new IllegalArgumentException(
          "quorate:"
              + name
              + " "
              + word
              + ": unknown; one of: "
              + String.join(", ", verbs.keySet()));
    }
    return operation;
  }

  private Object run(Operation operation, List<String> words) throws InterruptedException {
    Map<String, Object> given = CommandLine.parse(operation, words);
    Object file = operation.output().map(a -> given.remove(a.name())).orElse(null);
    // Who waits for an end waits a little longer than the node does.
    long patience =
        PATIENCE_SECONDS + TimeUnit.MILLISECONDS.toSeconds(operation.waitMs(given).orElse(0L));
    try {
      Object answer =
          OperationTable.invoke(operation, node, given)
              .toCompletableFuture()
              .get(patience, TimeUnit.SECONDS);
      return file == null ? answer : TextFile.write(Path.of(file.toString()), answer);
    } catch (ExecutionException e) {
      throw new IllegalArgumentException(text(OperationException.of(e)), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          operation.command() + ": no answer in " + patience + " s; see quorate:why", e);
    }
  }

  private static String text(Failure failure) {
    return failure.message() + (failure.next() == null ? "" : "; next: " + failure.next());
  }

  /** What the command does and how it is typed. */
  public String help() {
    StringBuilder out = new StringBuilder();
    for (Operation op : operations()) {
      out.append(op.description()).append("\n  quorate:").append(typed(op));
      out.append(CommandLine.usage(op).substring(op.command().length())).append('\n');
      for (Argument a : op.arguments()) {
        out.append("    ").append(label(a));
        out.append("  ").append(a.description());
        if (!a.required() && a.fallback() != null && !a.fallback().isEmpty()) {
          out.append(" (default: ").append(a.fallback()).append(')');
        }
        out.append('\n');
      }
      if (!op.example().isEmpty()) {
        out.append("  for example: quorate:").append(typed(op)).append(' ');
        out.append(op.example()).append('\n');
      }
    }
    return out.toString();
  }

  private static String label(Argument a) {
    if (a.required()) {
      return "<" + a.name() + ">";
    }
    return a.isOutput() ? "[" + a.name() + "]" : a.option();
  }

  private String typed(Operation op) {
    return single != null ? name : op.command();
  }

  /** The operations that this command runs. */
  public List<Operation> operations() {
    return single != null ? List.of(single) : List.copyOf(verbs.values());
  }

  /** Words that may come first. */
  Set<String> firstWords() {
    return verbs.keySet();
  }

  /**
   * What may follow some words: the value of an option that was just named, otherwise options and the
   * value of the next argument that is known by its place.
   */
  List<String> candidates(List<String> words, String typed) {
    boolean named = single == null;
    Operation op = named ? (words.isEmpty() ? null : verbs.get(words.get(0))) : single;
    if (op == null) {
      return List.of();
    }
    List<String> given = named ? words.subList(1, words.size()) : words;
    Typed line = Typed.of(op, given);
    List<String> candidates = new ArrayList<>();
    if (line.next() != null) {
      candidates.addAll(new Values(node).of(op.noun(), line.next(), line.group(), typed));
    }
    if (!line.inOption()) {
      op.arguments().stream()
          .filter(a -> !a.placed())
          .map(Argument::option)
          .forEach(candidates::add);
    }
    return candidates;
  }
}
