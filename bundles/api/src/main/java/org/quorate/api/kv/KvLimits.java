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
 * @param deletedKeys most keys that one command deletes
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
    int deletedKeys,
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
    positive("deletedKeys", deletedKeys);
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

  /** What a command breaks, for the user to read; null if nothing. */
  public String violation(KvCommand command) {
    if (command instanceof KvCommand.Put put) {
      return first(key(put.key()), value(put.value().length()));
    } else if (command instanceof KvCommand.Delete delete) {
      return range(delete.keys());
    } else if (command instanceof KvCommand.Add add) {
      return key(add.key());
    } else if (command instanceof KvCommand.Append append) {
      return first(key(append.key()), value(append.value().length()));
    } else if (command instanceof KvCommand.Read read) {
      return violation(read.query());
    } else if (command instanceof KvCommand.Txn txn) {
      int size = size(txn);
      return size > txnCommands
          ? "a transaction of " + size + " comparisons and commands; the limit is " + txnCommands
          : txnContent(txn);
    }
    return null;
  }

  /** What a query breaks, for the user to read; null if nothing. */
  public String violation(KvQuery query) {
    if (query instanceof KvQuery.Get get) {
      return key(get.key());
    } else if (query instanceof KvQuery.Range range) {
      return range(range.keys());
    } else if (query instanceof KvQuery.Changes changes) {
      return range(changes.keys());
    }
    return null;
  }

  /** What a value of a size breaks, for the user to read; null if nothing. */
  public String value(long length) {
    return length > valueBytes
        ? "a value of " + length + " bytes; the limit is " + valueBytes
        : null;
  }

  private String txnContent(KvCommand.Txn txn) {
    for (Compare compare : txn.compares()) {
      String broken = range(compare.keys());
      if (broken != null) {
        return broken;
      }
    }
    String broken = content(txn.then());
    return broken != null ? broken : content(txn.otherwise());
  }

  private String content(List<KvCommand> commands) {
    for (KvCommand command : commands) {
      String broken =
          command instanceof KvCommand.Txn nested ? txnContent(nested) : violation(command);
      if (broken != null) {
        return broken;
      }
    }
    return null;
  }

  private static int size(KvCommand.Txn txn) {
    int size = txn.compares().size() + txn.then().size() + txn.otherwise().size();
    for (List<KvCommand> commands : List.of(txn.then(), txn.otherwise())) {
      for (KvCommand command : commands) {
        size += command instanceof KvCommand.Txn nested ? size(nested) : 0;
      }
    }
    return size;
  }

  private String key(Bytes key) {
    if (key.isEmpty()) {
      return "an empty key";
    }
    return key.length() > keyBytes
        ? "a key of " + key.length() + " bytes; the limit is " + keyBytes
        : null;
  }

  /** Bounds may be one byte longer than a key, since the end of a single key is. */
  private String range(KeyRange range) {
    int longest = Math.max(range.from().length(), range.to() == null ? 0 : range.to().length());
    return longest > keyBytes + 1
        ? "a range bound of " + longest + " bytes; the limit is " + (keyBytes + 1)
        : null;
  }

  private static String first(String one, String other) {
    return one != null ? one : other;
  }
}
