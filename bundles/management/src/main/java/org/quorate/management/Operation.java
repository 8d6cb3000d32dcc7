package org.quorate.management;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One thing a person or a program can ask of a node. Event-bus address, HTTP route, Gogo command
 * and CLI command are generated from it.
 *
 * @param name noun and verb: {@code group.list}
 * @param access what it does to the node or its groups
 * @param result the record that answers, described in the OpenAPI document
 * @param many whether the answer is a list of it
 * @param example a line for the help, without the command's own words
 * @param handler does it; never blocks
 */
public record Operation(
    String name,
    String description,
    Access access,
    List<Argument> arguments,
    Class<? extends Record> result,
    boolean many,
    String example,
    Handler handler) {

  /** Runs an operation. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Called with checked arguments, on any thread.
     *
     * @return the record, or the list of them; fails with {@link OperationException} when the
     *     caller can do something about it
     */
    CompletionStage<?> handle(ManagedNode node, Arguments arguments);
  }

  public Operation {
    arguments = List.copyOf(arguments);
  }

  /** Arguments that a node is sent. */
  public List<Argument> sent() {
    return arguments.stream().filter(a -> !a.isOutput()).toList();
  }

  /** The file that the shells write the answer's text to, if it takes one. */
  public Optional<Argument> output() {
    return arguments.stream().filter(Argument::isOutput).findFirst();
  }

  /** The part before the first dot. */
  public String noun() {
    int dot = name.indexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** What is typed: the name with blanks for dots. */
  public String command() {
    return name.replace('.', ' ');
  }

  /** The path of the HTTP route. */
  public String path() {
    return "/api/v1/" + name.replace('.', '/');
  }

  /** The address on the event bus. */
  public String address() {
    return "quorate." + name;
  }

  /**
   * How long the node may take over an answer that was asked to wait for an end: with the arguments
   * {@code wait} and {@code timeout}.
   *
   * @param given as a caller gave them
   * @return milliseconds; empty if it answers soon, or the arguments will be refused
   */
  public Optional<Long> waitMs(Map<String, ?> given) {
    if (!"true".equals(String.valueOf(given.get("wait")))) {
      return Optional.empty();
    }
    return arguments.stream()
        .filter(a -> a.name().equals("timeout"))
        .map(a -> String.valueOf(given.containsKey(a.name()) ? given.get(a.name()) : a.fallback()))
        .filter(text -> text.matches("[0-9]{1,15}"))
        .map(Long::parseLong)
        .findFirst();
  }
}
