package org.quorate.coordinator.zk.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Keys;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;
import org.quorate.spi.coordination.TransactionResult.Effect;

/** Executes one transaction: what it changes is kept beside the keys until all of it has succeeded. */
final class Transactor {
  /** Most keys that one deletion of a tree takes. */
  private static final int TREE_KEYS = 20_000;

  private final Keyspace keys;
  private final Sessions sessions;
  private final Locks locks;
  private final long revision;
  private final TreeMap<String, Optional<KeyEntry>> changed = new TreeMap<>(KeyOrder.UTF8);
  private final TreeMap<String, Long> counters = new TreeMap<>();

  Transactor(Keyspace keys, Sessions sessions, Locks locks, long revision) {
    this.keys = keys;
    this.sessions = sessions;
    this.locks = locks;
    this.revision = revision;
  }

  TransactionResult execute(Transaction transaction, Applied applied) {
    for (Op op : transaction.then()) {
      checkOwner(op);
    }
    for (Condition condition : transaction.when()) {
      if (!holds(condition)) {
        return new TransactionResult(false, revision, List.of());
      }
    }
    List<Effect> effects = new ArrayList<>();
    for (Op op : transaction.then()) {
      Effect effect = execute(op);
      if (effect == null) {
        return new TransactionResult(false, revision, List.of());
      }
      effects.add(effect);
    }
    commit(applied);
    return new TransactionResult(true, revision, effects);
  }

  private void checkOwner(Op op) {
    long owner =
        op instanceof Op.Put put
            ? put.owner()
            : op instanceof Op.PutSequential sequential ? sequential.owner() : 0;
    if (owner != 0) {
      sessions.want(owner);
    }
  }

  private boolean holds(Condition condition) {
    if (condition instanceof Condition.Exists exists) {
      return keys.get(exists.key()) != null;
    } else if (condition instanceof Condition.Absent absent) {
      return keys.get(absent.key()) == null;
    } else if (condition instanceof Condition.Unchanged unchanged) {
      KeyEntry entry = keys.get(unchanged.key());
      return entry != null && entry.modRevision() == unchanged.modRevision();
    } else if (condition instanceof Condition.Version version) {
      KeyEntry entry = keys.get(version.key());
      return entry != null && entry.version() == version.version();
    } else if (condition instanceof Condition.OwnedBy owned) {
      KeyEntry entry = keys.get(owned.key());
      return entry != null && entry.owner() == owned.session();
    } else if (condition instanceof Condition.Held held) {
      return locks.held(held.lock(), held.token());
    } else if (condition instanceof Condition.ValueEquals equals) {
      KeyEntry entry = keys.get(equals.key());
      return entry != null && entry.value().equals(equals.value());
    } else if (condition instanceof Condition.TreeEmpty empty) {
      return keys.in(Scope.tree(empty.path())).isEmpty();
    }
    Condition.TreeNotPutSince since = (Condition.TreeNotPutSince) condition;
    return keys.in(Scope.tree(since.path())).values().stream()
        .allMatch(e -> e.modRevision() <= since.revision());
  }

  /** Null if it fails, and with it the transaction. */
  private Effect execute(Op op) {
    if (op instanceof Op.Put put) {
      put(put.key(), put.value(), put.owner());
      return new Effect(put.key(), 1);
    } else if (op instanceof Op.SetValue set) {
      KeyEntry now = now(set.key());
      if (now == null) {
        return null;
      }
      put(set.key(), set.value(), now.owner());
      return new Effect(set.key(), 1);
    } else if (op instanceof Op.PutSequential sequential) {
      String key = number(sequential.prefix());
      put(key, sequential.value(), sequential.owner());
      return new Effect(key, 1);
    } else if (op instanceof Op.Delete delete) {
      boolean there = now(delete.key()) != null;
      if (there) {
        changed.put(delete.key(), Optional.empty());
      }
      return new Effect(delete.key(), there ? 1 : 0);
    }
    return deleteTree(((Op.DeleteTree) op).path());
  }

  private Effect deleteTree(String path) {
    var tree = keys.in(Scope.tree(path));
    int count = 0;
    for (String key : tree.keySet()) {
      if (now(key) != null) {
        changed.put(key, Optional.empty());
        if (++count > TREE_KEYS) {
          throw new CoordinationException(
              Code.TOO_LARGE,
              "the tree '" + path + "' has more than " + TREE_KEYS + " keys: delete parts of it");
        }
      }
    }
    return new Effect(path, count);
  }

  /** The first number that no key has. */
  private String number(String prefix) {
    long next = counters.getOrDefault(prefix, keys.counter(prefix));
    String key;
    do {
      key = prefix + String.format(Locale.ROOT, "%010d", next++);
    } while (now(key) != null);
    counters.put(prefix, next);
    return Keys.check(key);
  }

  private KeyEntry now(String key) {
    Optional<KeyEntry> mine = changed.get(key);
    return mine == null ? keys.get(key) : mine.orElse(null);
  }

  private void put(String key, Bytes value, long owner) {
    KeyEntry now = now(key);
    changed.put(
        key,
        Optional.of(
            now == null
                ? new KeyEntry(key, value, revision, revision, 1, owner)
                : new KeyEntry(
                    key, value, now.createRevision(), revision, now.version() + 1, owner)));
  }

  private void commit(Applied applied) {
    counters.forEach(keys::counter);
    changed.forEach(
        (key, entry) -> {
          KeyEntry before = keys.get(key);
          if (before != null) {
            sessions.disown(before.owner(), key);
          }
          if (entry.isPresent()) {
            keys.put(entry.get());
            sessions.own(entry.get().owner(), key);
          } else {
            keys.remove(key);
          }
          applied.events().add(new KeyEvent(key, revision, entry.orElse(null)));
        });
  }
}
