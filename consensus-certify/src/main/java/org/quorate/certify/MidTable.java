package org.quorate.certify;

import java.util.Arrays;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * The last message of each origin that a log holds: since an origin's messages are ordered by their
 * counters without gaps, it says of every message whether it was ordered. One line per store that
 * ever proposed. A function of the log: the same at every member at the same slot.
 */
final class MidTable {
  private long[] stores = new long[8];
  private long[] incarnations = new long[8];
  private long[] counters = new long[8];
  private int size;

  private int find(long store) {
    for (int i = 0; i < size; i++) {
      if (stores[i] == store) {
        return i;
      }
    }
    return -1;
  }

  /** The newest start of an origin that ordered something; 0 for none. */
  long incarnation(long store) {
    int at = find(store);
    return at < 0 ? 0 : incarnations[at];
  }

  /** Counter of the last message ordered of that start; 0 for none. */
  long counter(long store, long incarnation) {
    int at = find(store);
    return at < 0 || incarnations[at] != incarnation ? 0 : counters[at];
  }

  /** Whether the message was ordered, or is of a start that has ended. */
  boolean has(long store, long incarnation, long counter) {
    int at = find(store);
    return at >= 0
        && (incarnation < incarnations[at]
            || incarnation == incarnations[at] && counter <= counters[at]);
  }

  void note(Entry entry) {
    if (!entry.isPayload()) {
      return;
    }
    int at = find(entry.store);
    if (at < 0) {
      at = size++;
      if (at == stores.length) {
        stores = Arrays.copyOf(stores, at * 2);
        incarnations = Arrays.copyOf(incarnations, at * 2);
        counters = Arrays.copyOf(counters, at * 2);
      }
      stores[at] = entry.store;
    }
    incarnations[at] = entry.incarnation;
    counters[at] = entry.counter;
  }

  /**
   * Notes the entries after {@code from} up to and with {@code to}. The last message of an origin says
   * all, so this goes back from the end until it has found as many as there can be.
   *
   * @param newest made from this table and these entries, perhaps also of later ones
   */
  void note(SlotLog log, long from, long to, MidTable newest) {
    Entry[] last = new Entry[newest.size];
    boolean[] sought = new boolean[newest.size];
    int missing = 0;
    for (int i = 0; i < newest.size; i++) {
      sought[i] =
          i >= size
              || incarnations[i] != newest.incarnations[i]
              || counters[i] != newest.counters[i];
      missing += sought[i] ? 1 : 0;
    }
    for (long slot = to; slot > from && missing > 0; slot--) {
      Entry entry = log.entry(slot);
      int at = entry.isPayload() ? newest.find(entry.store) : -1;
      if (at >= 0 && sought[at]) {
        sought[at] = false;
        last[at] = entry;
        missing--;
      }
    }
    // In the order of the newest table, which is that of each origin's first message: equal at all.
    for (Entry entry : last) {
      if (entry != null) {
        note(entry);
      }
    }
  }

  /** Whether the message may be ordered next. */
  boolean isNext(long store, long incarnation, long counter) {
    return incarnation >= incarnation(store) && counter == counter(store, incarnation) + 1;
  }

  void set(MidTable other) {
    stores = other.stores.clone();
    incarnations = other.incarnations.clone();
    counters = other.counters.clone();
    size = other.size;
  }

  MidTable copy() {
    MidTable copy = new MidTable();
    copy.set(this);
    return copy;
  }

  void encode(Encoder out) {
    out.varint(size);
    for (int i = 0; i < size; i++) {
      out.i64(stores[i]).varint(incarnations[i]).varint(counters[i]);
    }
  }

  static MidTable decode(Decoder in) {
    MidTable table = new MidTable();
    int count = in.count();
    for (int i = 0; i < count; i++) {
      long store = in.i64();
      long incarnation = in.varint();
      long counter = in.varint();
      if (incarnation <= 0 || counter <= 0 || table.find(store) >= 0) {
        throw new MalformedException("origin " + Long.toHexString(store), in.offset());
      }
      table.note(Entry.payload(View.NONE, store, incarnation, counter, null));
    }
    return table;
  }
}
