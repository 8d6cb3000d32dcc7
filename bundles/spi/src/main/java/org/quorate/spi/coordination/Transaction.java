package org.quorate.spi.coordination;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quorate.spi.coordination.CoordinationException.Code;

/**
 * Operations that all take effect, in one revision, if all conditions hold, and else none does. They
 * take effect in their order; no two name the same key, and a deletion of a tree comes before puts
 * below it.
 */
public record Transaction(List<Condition> when, List<Op> then) {
  public Transaction {
    when = List.copyOf(when);
    then = List.copyOf(then);
    int parts = when.size() + then.size();
    if (parts > CoordinationLimits.TRANSACTION_PARTS) {
      throw CoordinationLimits.tooLarge(
          "a transaction of",
          parts,
          "conditions and operations",
          CoordinationLimits.TRANSACTION_PARTS);
    }
    checkKeys(then);
    checkSize(when, then);
  }

  /** Without conditions. */
  public static Transaction of(Op... ops) {
    return new Transaction(List.of(), List.of(ops));
  }

  private static void checkKeys(List<Op> ops) {
    Set<String> named = new HashSet<>();
    for (Op op : ops) {
      String key = key(op);
      if (key != null && !named.add(key)) {
        throw new CoordinationException(
            Code.INVALID, "two operations of a transaction name the key '" + key + "'");
      }
      if (op instanceof Op.DeleteTree tree
          && named.stream().anyMatch(Scope.tree(tree.path())::contains)) {
        throw new CoordinationException(
            Code.INVALID,
            "the tree '" + tree.path() + "' is deleted after an operation on a key below it");
      }
    }
  }

  private static String key(Op op) {
    if (op instanceof Op.Put put) {
      return put.key();
    } else if (op instanceof Op.SetValue set) {
      return set.key();
    }
    return op instanceof Op.Delete delete ? delete.key() : null;
  }

  private static void checkSize(List<Condition> when, List<Op> then) {
    long bytes = 0;
    for (Condition condition : when) {
      if (condition instanceof Condition.ValueEquals equals) {
        bytes += equals.value().length();
      }
    }
    for (Op op : then) {
      if (op instanceof Op.Put put) {
        bytes += CoordinationLimits.bytes(put.key()) + put.value().length();
      } else if (op instanceof Op.SetValue set) {
        bytes += CoordinationLimits.bytes(set.key()) + set.value().length();
      } else if (op instanceof Op.PutSequential put) {
        bytes += CoordinationLimits.bytes(put.prefix()) + put.value().length();
      }
    }
    if (bytes > CoordinationLimits.TRANSACTION_BYTES) {
      throw CoordinationLimits.tooLarge(
          "a transaction of", bytes, "bytes", CoordinationLimits.TRANSACTION_BYTES);
    }
  }
}
