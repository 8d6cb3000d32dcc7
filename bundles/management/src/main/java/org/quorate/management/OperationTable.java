package org.quorate.management;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Operations by name. Immutable; thread-safe. */
public final class OperationTable {
  private final SortedMap<String, Operation> byName;

  public OperationTable(List<Operation> operations) {
    SortedMap<String, Operation> map = new TreeMap<>();
    for (Operation operation : operations) {
      if (map.put(operation.name(), operation) != null) {
        throw new IllegalArgumentException("two operations named " + operation.name());
      }
    }
    byName = Collections.unmodifiableSortedMap(map);
  }

  /** In the order of their names. */
  public Collection<Operation> all() {
    return byName.values();
  }

  /**
   * The operation of a name.
   *
   * @throws OperationException NOT_FOUND
   */
  public Operation get(String name) {
    Operation operation = byName.get(name);
    if (operation == null) {
      throw new OperationException(
          FailureCode.NOT_FOUND,
          "no operation '" + name + "'",
          "one of: " + String.join(", ", byName.keySet()));
    }
    return operation;
  }

  /**
   * Checks the arguments and runs an operation. Never throws: the stage fails, with an {@link
   * OperationException} when the caller can do something about it.
   */
  public static CompletionStage<?> invoke(
      Operation operation, ManagedNode node, Map<String, ?> given) {
    try {
      return operation.handler().handle(node, Arguments.check(operation, given));
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }
}
