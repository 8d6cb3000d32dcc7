package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.TransactionResult;
import org.quorate.spi.coordination.TransactionResult.Effect;

/** Conditions, operations and entries of coordination, and what they are in the group. */
final class Translation {
  /** Cannot hold. */
  private static final List<Compare> NEVER =
      List.of(Compare.absent(Places.SESSIONS), Compare.present(Places.SESSIONS));

  private Translation() {}

  /** A condition that can be told without looking anything up. */
  static List<Compare> compares(Condition condition) {
    if (condition instanceof Condition.Exists c) {
      return List.of(Compare.present(Places.key(c.key())));
    } else if (condition instanceof Condition.Absent c) {
      return List.of(Compare.absent(Places.key(c.key())));
    } else if (condition instanceof Condition.Unchanged c) {
      return List.of(Compare.unchanged(Places.key(c.key()), c.modRevision()));
    } else if (condition instanceof Condition.Version c) {
      return List.of(number(Places.key(c.key()), Compare.Target.VERSION, c.version()));
    } else if (condition instanceof Condition.ValueEquals c) {
      return List.of(Compare.value(Places.key(c.key()), Compare.Op.EQUAL, c.value()));
    } else if (condition instanceof Condition.TreeEmpty c) {
      return List.of(
          new Compare(
              Places.keys(Scope.tree(c.path())),
              Compare.Target.VERSION,
              Compare.Op.EQUAL,
              Bytes.ofLong(0)));
    } else if (condition instanceof Condition.TreeNotPutSince c) {
      return List.of(
          new Compare(
              Places.keys(Scope.tree(c.path())),
              Compare.Target.MOD,
              Compare.Op.LESS,
              Bytes.ofLong(c.revision() + 1)));
    }
    throw new IllegalArgumentException(String.valueOf(condition));
  }

  /**
   * That a key is owned by a session.
   *
   * @param lease the session's lease as it is in its keys, 0 for no owner, null if there is no such
   *     session
   */
  static List<Compare> owned(String key, Long lease) {
    Bytes place = Places.key(key);
    return lease == null
        ? NEVER
        : List.of(Compare.present(place), number(place, Compare.Target.LEASE, lease));
  }

  /**
   * That a claim holds its lock.
   *
   * @param claim where it is, null if it does not
   */
  static List<Compare> held(Bytes claim, long counter) {
    return claim == null ? NEVER : List.of(number(claim, Compare.Target.CREATE, counter));
  }

  static Compare number(Bytes key, Compare.Target target, long number) {
    return Compare.number(key, target, Compare.Op.EQUAL, number);
  }

  /** An operation; the lease is that of its owner. */
  static KvCommand command(Op op, long lease) {
    if (op instanceof Op.Put put) {
      return new KvCommand.Put(Places.key(put.key()), put.value(), lease, false);
    } else if (op instanceof Op.SetValue set) {
      return new KvCommand.Put(Places.key(set.key()), set.value(), KvCommand.KEEP_LEASE, false);
    } else if (op instanceof Op.PutSequential put) {
      return new KvCommand.PutNext(
          Places.key(put.prefix()), Places.counter(put.prefix()), put.value(), lease);
    } else if (op instanceof Op.Delete delete) {
      return KvCommand.delete(Places.key(delete.key()));
    }
    Op.DeleteTree tree = (Op.DeleteTree) op;
    return new KvCommand.Delete(Places.keys(Scope.tree(tree.path())), false);
  }

  static long owner(Op op) {
    if (op instanceof Op.Put put) {
      return put.owner();
    }
    return op instanceof Op.PutSequential put ? put.owner() : 0;
  }

  static TransactionResult result(KvResult.TxnDone done, List<Op> ops) {
    List<Effect> effects = new ArrayList<>();
    for (int i = 0; done.succeeded() && i < ops.size(); i++) {
      effects.add(effect(ops.get(i), done.results().get(i)));
    }
    return new TransactionResult(done.succeeded(), done.revision(), effects);
  }

  private static Effect effect(Op op, KvResult result) {
    if (result instanceof KvResult.Numbered numbered) {
      return new Effect(Places.keyAt(numbered.key()), 1);
    }
    long count = result instanceof KvResult.Deleted deleted ? deleted.count() : 1;
    if (op instanceof Op.Put put) {
      return new Effect(put.key(), count);
    } else if (op instanceof Op.SetValue set) {
      return new Effect(set.key(), count);
    } else if (op instanceof Op.Delete delete) {
      return new Effect(delete.key(), count);
    }
    return new Effect(((Op.DeleteTree) op).path(), count);
  }

  static KeyEntry entry(KvEntry found) {
    return new KeyEntry(
        Places.keyAt(found.key()),
        found.value(),
        found.createRevision(),
        found.modRevision(),
        found.version(),
        Math.abs(found.lease()));
  }
}
