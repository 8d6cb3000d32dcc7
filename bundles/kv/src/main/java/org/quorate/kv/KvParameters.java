package org.quorate.kv;

import java.util.List;
import org.quorate.api.kv.KvLimits;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;

/** The limits of {@link KvLimits} as options of a group, decided when it is created. */
public final class KvParameters {
  private static final KvLimits D = KvLimits.DEFAULTS;

  public static final Parameter KEY_BYTES =
      number("kv.key.bytes", "bytes", D.keyBytes(), 1, 64 << 10, "Longest key.");
  public static final Parameter VALUE_BYTES =
      number("kv.value.bytes", "bytes", D.valueBytes(), 1, 32 << 20, "Longest value.");
  public static final Parameter TXN_COMMANDS =
      number(
          "kv.txn.commands",
          "count",
          D.txnCommands(),
          1,
          65_536,
          "Most comparisons and commands of a transaction.");
  public static final Parameter WALKED_KEYS =
      number(
          "kv.walked.keys",
          "count",
          D.walkedKeys(),
          1,
          1_000_000,
          "Most keys of ranges that one command deletes, compares or reads.");
  public static final Parameter ANSWER_ENTRIES =
      number(
          "kv.answer.entries",
          "count",
          D.answerEntries(),
          1,
          1_000_000,
          "Most entries, events or keys of one answer.");
  public static final Parameter ANSWER_BYTES =
      number(
          "kv.answer.bytes",
          "bytes",
          D.answerBytes(),
          1024,
          32 << 20,
          "Bytes of keys and values after which an answer ends.");
  public static final Parameter HISTORY_REVISIONS =
      number(
          "kv.history.revisions",
          "count",
          D.historyRevisions(),
          1,
          1_000_000_000,
          "Revisions that can be read and watched before they are compacted by themselves.");
  public static final Parameter HISTORY_BYTES =
      number(
          "kv.history.bytes",
          "bytes",
          D.historyBytes(),
          1024,
          1L << 40,
          "Bytes of superseded values kept before the oldest are compacted by themselves.");

  private KvParameters() {}

  private static Parameter number(
      String name, String unit, long fallback, long min, long max, String description) {
    return Parameter.number(name, unit, fallback, min, max, description);
  }

  /** All of them. */
  public static List<Parameter> all() {
    return List.of(
        KEY_BYTES,
        VALUE_BYTES,
        TXN_COMMANDS,
        WALKED_KEYS,
        ANSWER_ENTRIES,
        ANSWER_BYTES,
        HISTORY_REVISIONS,
        HISTORY_BYTES);
  }

  /** The limits that a group's options say. */
  public static KvLimits limits(Options options) {
    return new KvLimits(
        (int) options.number(KEY_BYTES),
        (int) options.number(VALUE_BYTES),
        (int) options.number(TXN_COMMANDS),
        (int) options.number(WALKED_KEYS),
        (int) options.number(ANSWER_ENTRIES),
        (int) options.number(ANSWER_BYTES),
        options.number(HISTORY_REVISIONS),
        options.number(HISTORY_BYTES));
  }
}
