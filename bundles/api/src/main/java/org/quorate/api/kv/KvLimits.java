package org.quorate.api.kv;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;

/**
 * What one command or answer may hold. All replicas of a group use the same values, since they
 * decide which commands are refused.
 *
 * @param keyBytes longest key; a key has at least one byte
 * @param valueBytes longest value
 * @param txnCommands most comparisons and commands of a transaction, nested ones included
 * @param walkedKeys most keys of ranges that one command deletes, compares or reads
 * @param answerEntries most entries, events or keys of one answer
 * @param answerBytes bytes of keys and values after which an answer ends
 * @param historyRevisions revisions that can be read and watched before they are compacted by
 *     themselves
 * @param historyBytes bytes of superseded values that are kept before the oldest are compacted by
 *     themselves
 */
public record KvLimits(
    int keyBytes,
    int valueBytes,
    int txnCommands,
    int walkedKeys,
    int answerEntries,
    int answerBytes,
    long historyRevisions,
    long historyBytes) {

  public static final KvLimits DEFAULTS =
      new KvLimits(4 << 10, 1 << 20, 1024, 20_000, 10_000, 4 << 20, 1_000_000, 256L << 20);

  public KvLimits {
    positive("keyBytes", keyBytes);
    positive("valueBytes", valueBytes);
    positive("txnCommands", txnCommands);
    positive("walkedKeys", walkedKeys);
    positive("answerEntries", answerEntries);
    positive("answerBytes", answerBytes);
    positive("historyRevisions", historyRevisions);
    positive("historyBytes", historyBytes);
  }

  private static void positive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", but must be at least 1");
    }
  }

  /** What a command, query or value breaks, in words for the user. */
  public record Violation(KvError error, String message) {}

  /** The first limit that a command breaks, or null. */
  public Violation violation(KvCommand command) {
    if (command instanceof KvCommand.Put put) {
      return first(key(put.key()), value(put.value().length()));
    } else if (command instanceof KvCommand.Delete delete) {
      return range(delete.keys());
    } else if (command instanceof KvCommand.Add add) {
      return key(add.key());
    } else if (command instanceof KvCommand.Append append) {
      return first(key(append.key()), value(append.value().length()));
    } else if (command instanceof KvCommand.CompareAndSet swap) {
      return first(key(swap.key()), value(swap.value().length()));
    } else if (command instanceof KvCommand.PutNext put) {
      return first(numbered(put.prefix()), first(key(put.counter()), value(put.value().length())));
    } else if (command instanceof KvCommand.Read read) {
      return violation(read.query());
    } else if (command instanceof KvCommand.Txn txn) {
      int size = size(txn);
      return size > txnCommands
          ? tooLarge("a transaction of", size, "comparisons and commands", txnCommands)
          : txnContent(txn);
    }
    return null;
  }

  /** The first limit that a query breaks, or null. */
  public Violation violation(KvQuery query) {
    if (query instanceof KvQuery.Get get) {
      return key(get.key());
    } else if (query instanceof KvQuery.Range range) {
      return range(range.keys());
    } else if (query instanceof KvQuery.Changes changes) {
      return range(changes.keys());
    } else if (query instanceof KvQuery.Names names) {
      return range(new KeyRange(names.prefix().concat(names.after()), null));
    } else if (query instanceof KvQuery.LeaseKeys keys) {
      return keys.after().isEmpty() ? null : key(keys.after());
    }
    return null;
  }

  /** The limit that a value of so many bytes breaks, or null. */
  public Violation value(long length) {
    return length > valueBytes ? tooLarge("a value of", length, "bytes", valueBytes) : null;
  }

  private Violation txnContent(KvCommand.Txn txn) {
    for (Compare compare : txn.compares()) {
      Violation broken = range(compare.keys());
      if (broken != null) {
        return broken;
      }
    }
    return first(content(txn.then()), content(txn.otherwise()));
  }

  private Violation content(List<KvCommand> commands) {
    for (KvCommand command : commands) {
      Violation broken =
          command instanceof KvCommand.Txn nested ? txnContent(nested) : violation(command);
      if (broken != null) {
        return broken;
      }
    }
    return null;
  }

  private static int size(KvCommand.Txn txn) {
    return txn.compares().size() + size(txn.then()) + size(txn.otherwise());
  }

  private static int size(List<KvCommand> commands) {
    int size = commands.size();
    for (KvCommand command : commands) {
      size += command instanceof KvCommand.Txn nested ? size(nested) : 0;
    }
    return size;
  }

  private Violation key(Bytes key) {
    if (key.isEmpty()) {
      return new Violation(KvError.EMPTY_KEY, "an empty key");
    }
    return key.length() > keyBytes ? tooLarge("a key of", key.length(), "bytes", keyBytes) : null;
  }

  /** A number takes 19 digits at most. */
  private Violation numbered(Bytes prefix) {
    int length = prefix.length() + 19;
    return length > keyBytes ? tooLarge("a numbered key of", length, "bytes", keyBytes) : null;
  }

  /** Bounds may be one byte longer than a key, since the end of a single key is. */
  private Violation range(KeyRange range) {
    int longest = Math.max(range.from().length(), range.to() == null ? 0 : range.to().length());
    return longest > keyBytes + 1
        ? tooLarge("a range bound of", longest, "bytes", keyBytes + 1)
        : null;
  }

  private static Violation tooLarge(String what, long size, String unit, long limit) {
    return new Violation(
        KvError.TOO_LARGE, what + " " + size + " " + unit + "; the limit is " + limit);
  }

  private static Violation first(Violation one, Violation other) {
    return one != null ? one : other;
  }
}
