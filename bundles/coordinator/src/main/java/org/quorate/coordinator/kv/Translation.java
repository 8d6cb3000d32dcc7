package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.Compare.Target;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.TransactionResult;
import org.quorate.spi.coordination.TransactionResult.Effect;

/** A transaction of coordination, and what it is in the group: conditions and operations are added. */
final class Translation {
  /** Cannot hold. */
  static final List<Compare> NEVER =
      List.of(Compare.absent(Places.BASE), Compare.present(Places.BASE));

  /** Keys that a condition on a tree names, at most, because they came with a later revision. */
  private static final int MOST_LATER = 500;

  private static final Bytes MARK = Bytes.utf8("coord/c/mark-");

  private final Base base;
  private final Places places;
  private final List<Compare> compares = new ArrayList<>();
  private final List<KvCommand> commands = new ArrayList<>();

  /** Commands that note, for conditions of two cases, whether one of them is so. */
  private final List<KvCommand> marking = new ArrayList<>();

  private final List<Bytes> marks = new ArrayList<>();

  Translation(Base base) {
    this.base = base;
    this.places = base.places();
  }

  // ---- conditions -----------------------------------------------------------------------------

  void when(List<Compare> looked) {
    compares.addAll(looked);
  }

  /** A condition that can be told without looking anything up. */
  void when(Condition condition) {
    if (condition instanceof Condition.Exists c) {
      compares.add(Compare.present(places.key(c.key())));
    } else if (condition instanceof Condition.Absent c) {
      compares.add(Compare.absent(places.key(c.key())));
    } else if (condition instanceof Condition.Unchanged c) {
      unchanged(c);
    } else if (condition instanceof Condition.Version c) {
      version(c);
    } else if (condition instanceof Condition.ValueEquals c) {
      compares.add(Compare.value(places.key(c.key()), Compare.Op.EQUAL, c.value()));
    } else if (condition instanceof Condition.TreeEmpty c) {
      KeyRange tree = places.keys(Scope.tree(c.path()));
      compares.add(new Compare(tree, Target.VERSION, Compare.Op.EQUAL, Bytes.ofLong(0)));
    } else if (condition instanceof Condition.TreeNotPutSince c) {
      notPut(c);
    } else {
      throw new IllegalArgumentException(String.valueOf(condition));
    }
  }

  private void unchanged(Condition.Unchanged c) {
    Bytes place = places.key(c.key());
    if (base.isFirst() || c.modRevision() > base.shown(base.at())) {
      compares.add(Compare.unchanged(place, base.found(c.modRevision())));
      return;
    }
    Numbers came = base.came(c.key());
    if (came != null && came.modRevision() == c.modRevision()) {
      compares.add(Compare.present(place));
      compares.add(putBy(KeyRange.single(place), base.at()));
    } else {
      compares.addAll(NEVER);
    }
  }

  private static Compare putBy(KeyRange keys, long revision) {
    return new Compare(keys, Target.MOD, Compare.Op.LESS, Bytes.ofLong(revision + 1));
  }

  private void notPut(Condition.TreeNotPutSince c) {
    KeyRange tree = places.keys(Scope.tree(c.path()));
    if (base.isFirst() || c.revision() >= base.shown(base.at())) {
      compares.add(putBy(tree, base.found(c.revision())));
      return;
    }
    compares.add(putBy(tree, base.at()));
    int later = 0;
    for (Map.Entry<String, Numbers> came : base.cameBelow(c.path())) {
      if (came.getValue().modRevision() > c.revision()) {
        if (++later > MOST_LATER) {
          throw Failures.failure(
              Code.COMPACTED,
              "more than "
                  + MOST_LATER
                  + " keys below '"
                  + c.path()
                  + "' came from another provider with a revision after "
                  + c.revision()
                  + ": list again");
        }
        compares.add(Compare.absent(places.key(came.getKey())));
      }
    }
  }

  /** A key that came counts on from its version, until it is deleted: one made anew counts from 1. */
  private void version(Condition.Version c) {
    Bytes place = places.key(c.key());
    Compare anew = number(place, Target.VERSION, c.version());
    Numbers came = base.came(c.key());
    if (came == null) {
      compares.add(anew);
      return;
    }
    Compare isNew = Compare.number(place, Target.CREATE, Compare.Op.GREATER, base.at());
    long since = c.version() - came.version() + 1;
    if (since < 1) {
      compares.add(isNew);
      compares.add(anew);
      return;
    }
    Compare isOld = Compare.number(place, Target.CREATE, Compare.Op.LESS, base.at() + 1);
    Bytes mark = MARK.concat(Bytes.utf8(Integer.toString(marks.size())));
    marks.add(mark);
    compares.add(Compare.present(mark));
    mark(mark, List.of(isNew, anew));
    mark(mark, List.of(isOld, number(place, Target.VERSION, since)));
  }

  private void mark(Bytes mark, List<Compare> holding) {
    marking.add(new KvCommand.Txn(holding, List.of(KvCommand.put(mark, Bytes.EMPTY)), List.of()));
  }

  /**
   * That a key is owned by a session.
   *
   * @param lease the session's lease as it is in its keys, 0 for no owner, null if there is no such
   *     session
   */
  List<Compare> owned(String key, Long lease) {
    Bytes place = places.key(key);
    return lease == null
        ? NEVER
        : List.of(Compare.present(place), number(place, Target.LEASE, lease));
  }

  static Compare number(Bytes key, Target target, long number) {
    return Compare.number(key, target, Compare.Op.EQUAL, number);
  }

  // ---- operations -----------------------------------------------------------------------------

  /** An operation; the lease is that of its owner. */
  void then(Op op, long lease) {
    if (op instanceof Op.Put put) {
      commands.add(new KvCommand.Put(places.key(put.key()), put.value(), lease, false));
    } else if (op instanceof Op.SetValue set) {
      Bytes place = places.key(set.key());
      compares.add(Compare.present(place));
      commands.add(new KvCommand.Put(place, set.value(), KvCommand.KEEP_LEASE, false));
    } else if (op instanceof Op.PutSequential put) {
      commands.add(
          new KvCommand.PutNext(
              places.key(put.prefix()), places.counter(put.prefix()), put.value(), lease));
    } else if (op instanceof Op.Delete delete) {
      commands.add(KvCommand.delete(places.key(delete.key())));
    } else {
      Op.DeleteTree tree = (Op.DeleteTree) op;
      commands.add(new KvCommand.Delete(places.keys(Scope.tree(tree.path())), false));
    }
  }

  static long owner(Op op) {
    if (op instanceof Op.Put put) {
      return put.owner();
    }
    return op instanceof Op.PutSequential put ? put.owner() : 0;
  }

  /** The command for all that was added. Marks are set and deleted in it: they leave no trace. */
  KvCommand command() {
    KvCommand whole = new KvCommand.Txn(compares, commands, List.of());
    if (marks.isEmpty()) {
      return whole;
    }
    List<KvCommand> all = new ArrayList<>(marking);
    all.add(whole);
    marks.forEach(mark -> all.add(KvCommand.delete(mark)));
    return new KvCommand.Txn(List.of(), all, List.of());
  }

  TransactionResult result(KvResult.TxnDone answer, List<Op> ops) {
    KvResult.TxnDone done =
        marks.isEmpty() ? answer : (KvResult.TxnDone) answer.results().get(marking.size());
    List<Effect> effects = new ArrayList<>();
    for (int i = 0; done.succeeded() && i < ops.size(); i++) {
      effects.add(effect(ops.get(i), done.results().get(i)));
    }
    return new TransactionResult(done.succeeded(), base.shown(done.revision()), effects);
  }

  private Effect effect(Op op, KvResult result) {
    if (result instanceof KvResult.Numbered numbered) {
      return new Effect(places.keyAt(numbered.key()), 1);
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
}
