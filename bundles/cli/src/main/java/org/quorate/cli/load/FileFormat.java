package org.quorate.cli.load;

import java.util.List;

/**
 * How a file is read.
 *
 * @param kind what its records are
 * @param delimiter between the cells of CSV
 * @param header whether the first record of CSV names the columns; otherwise they are c1, c2 …
 * @param keyColumn name of the column or field that is the key; null for the first column, or the
 *     field {@code key}, {@code id} or {@code _id}
 * @param valueColumn name of the one that is the value; null for the whole record as a JSON object
 * @param prefix put before every key
 */
public record FileFormat(
    Kind kind,
    char delimiter,
    boolean header,
    String keyColumn,
    String valueColumn,
    String prefix) {
  /** Kinds of files. */
  public enum Kind {
    CSV,
    NDJSON,
    /** What {@code kv export} wrote: key, value, and encoding if they are not plain text. */
    EXPORT
  }

  /** Field names taken as the key of a JSON record when none is given, in this order. */
  static final List<String> KEY_FIELDS = List.of("key", "id", "_id");

  /** What the ending of a file's name says, null if nothing. */
  public static Kind kindOf(String fileName) {
    String name = fileName.toLowerCase(java.util.Locale.ROOT).replaceFirst("\\.gz$", "");
    if (name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".txt")) {
      return Kind.CSV;
    }
    boolean json = name.endsWith(".ndjson") || name.endsWith(".jsonl") || name.endsWith(".json");
    return json ? Kind.NDJSON : null;
  }
}
