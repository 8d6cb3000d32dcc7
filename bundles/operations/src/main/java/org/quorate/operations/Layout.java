package org.quorate.operations;

import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Keys;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;

/**
 * Keys of a service's operations.
 *
 * <pre>
 *   ROOT/online/NODE             a node that is online, owned by its session
 *   ROOT/conf/… ROOT/view/…      what the product keeps here
 *   ROOT/lock/LOCK               the operation that has it
 *   ROOT/op/ID                   an operation under way
 *   ROOT/op/ID/content           what members are told
 *   ROOT/op/ID/undo              what its changes replaced
 *   ROOT/op/ID/step/STEP/NODE    an answer, owned by the session of who gave it
 *   ROOT/op-log/ID               the last operations, since they are decided
 *   ROOT/op-undo                 what the last reload replaced
 *   ROOT/op-epoch                the last id; written whenever one begins or is decided, or a node comes
 * </pre>
 */
final class Layout {
  private static final String DIGITS = "0000000000";

  private final String root;

  Layout(String root) {
    try {
      this.root = Keys.check(root);
    } catch (CoordinationException e) {
      throw new OperationException(Code.INVALID, e.getMessage(), e);
    }
  }

  Scope all() {
    return Scope.tree(root);
  }

  String online(String node) {
    return root + "/online/" + node;
  }

  /** The guard of an operation's lock; also the name of the lock. */
  String lock(String lock) {
    return root + "/lock/" + lock;
  }

  String operation(long id) {
    return root + "/op/" + padded(id);
  }

  /** Which operation a key is of, also one that has ended; 0 if of none. */
  long operation(String key) {
    String[] names = name(key).split("/");
    boolean one = names[0].equals("op") || names[0].equals("op-log");
    try {
      return one && names.length > 1 ? Long.parseLong(names[1]) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  String content(long id) {
    return operation(id) + "/content";
  }

  String undo(long id) {
    return operation(id) + "/undo";
  }

  String answer(long id, int step, String node) {
    return operation(id) + "/step/" + step + "/" + node;
  }

  String log(long id) {
    return root + "/op-log/" + padded(id);
  }

  String lastUndo() {
    return root + "/op-undo";
  }

  String epoch() {
    return root + "/op-epoch";
  }

  /** A key of the product. */
  String key(String name) {
    return root + "/" + name;
  }

  /** The contrary. */
  String name(String key) {
    return key.substring(root.length() + 1);
  }

  private static String padded(long id) {
    String digits = Long.toString(id);
    return digits.length() < DIGITS.length() ? DIGITS.substring(digits.length()) + digits : digits;
  }
}
