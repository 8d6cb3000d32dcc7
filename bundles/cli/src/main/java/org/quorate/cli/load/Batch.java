package org.quorate.cli.load;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.quorate.api.Bytes;

/** Rows that go in one transaction, at most one of a key. */
final class Batch {
  private final List<Row> rows = new ArrayList<>();
  private final List<RawRecord> raws = new ArrayList<>();
  private final Set<Bytes> keys = new HashSet<>();
  private long upTo;
  private int bytes;

  /** Every record up to this number is in this batch, in one before, or rejected. */
  void upTo(long number) {
    upTo = number;
  }

  long upTo() {
    return upTo;
  }

  void add(Row row, RawRecord raw) {
    rows.add(row);
    raws.add(raw);
    keys.add(row.key());
    bytes += row.key().length() + row.value().length();
  }

  /** Of keys and values. */
  int bytes() {
    return bytes;
  }

  boolean holds(Bytes key) {
    return keys.contains(key);
  }

  Set<Bytes> keys() {
    return keys;
  }

  int size() {
    return rows.size();
  }

  List<Row> rows() {
    return rows;
  }

  RawRecord raw(int index) {
    return raws.get(index);
  }
}
