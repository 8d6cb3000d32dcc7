package org.quorate.certify;

import java.util.ArrayList;
import java.util.function.LongPredicate;
import org.quorate.api.Bytes;

/**
 * Payloads that came from their origins, until they are delivered: they wait here for their order,
 * and are here again if a view change takes it away. Bounded, but for the one of each origin that is
 * ordered next, for which all others of it wait; what does not fit is dropped, asked for when it is
 * ordered, and sent again while it is not. [volatile]
 */
final class Pool {
  private static final int WINDOW = 1 << 16; // counters of one origin

  private static final class Origin {
    final long store;
    long incarnation;
    long low; // first counter that may still be wanted
    Bytes[] ring = new Bytes[16]; // by counter

    Origin(long store) {
      this.store = store;
    }

    int index(long counter) {
      return (int) counter & ring.length - 1;
    }

    void reach(long counter) {
      int capacity = ring.length;
      while (counter - low >= capacity) {
        capacity *= 2;
      }
      if (capacity > ring.length) {
        Bytes[] wider = new Bytes[capacity];
        for (long c = low; c < low + ring.length; c++) {
          wider[(int) c & capacity - 1] = ring[index(c)];
        }
        ring = wider;
      }
    }
  }

  private final ArrayList<Origin> origins = new ArrayList<>();
  private final long maxBytes;
  private long bytes;

  Pool(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  private Origin find(long store) {
    for (int i = 0; i < origins.size(); i++) {
      if (origins.get(i).store == store) {
        return origins.get(i);
      }
    }
    return null;
  }

  long bytes() {
    return bytes;
  }

  /**
   * Keeps a payload.
   *
   * @param delivered what needs not be kept any more
   * @param ordered what the log holds
   * @return false if there is no room for it until more of its origin is ordered
   */
  boolean put(
      long store,
      long incarnation,
      long counter,
      Bytes payload,
      MidTable delivered,
      MidTable ordered) {
    if (delivered.has(store, incarnation, counter)) {
      return true;
    }
    Origin origin = find(store);
    if (origin == null) {
      origin = new Origin(store);
      origins.add(origin);
    }
    if (incarnation > origin.incarnation) {
      clear(origin);
      origin.incarnation = incarnation;
      origin.low = delivered.counter(store, incarnation) + 1;
    }
    boolean wanted =
        incarnation == origin.incarnation && counter >= origin.low && counter - origin.low < WINDOW;
    if (!wanted) {
      return true;
    }
    if (bytes + payload.length() > maxBytes && !ordered.isNext(store, incarnation, counter)) {
      return false;
    }
    origin.reach(counter);
    int at = origin.index(counter);
    if (origin.ring[at] == null) {
      origin.ring[at] = payload;
      bytes += payload.length();
    }
    return true;
  }

  /** Forgets the origins that are no voters any more. */
  void keepOnly(LongPredicate voter) {
    origins.removeIf(
        origin -> {
          boolean gone = !voter.test(origin.store);
          if (gone) {
            clear(origin);
          }
          return gone;
        });
  }

  /** Null when it is not here. */
  Bytes get(long store, long incarnation, long counter) {
    Origin origin = find(store);
    return origin == null
            || origin.incarnation != incarnation
            || counter < origin.low
            || counter - origin.low >= origin.ring.length
        ? null
        : origin.ring[origin.index(counter)];
  }

  /** The message and those before it are needed no more. */
  void delivered(Entry entry) {
    Origin origin = find(entry.store);
    if (origin == null || origin.incarnation > entry.incarnation) {
      return;
    }
    if (origin.incarnation < entry.incarnation) {
      clear(origin);
      origin.incarnation = entry.incarnation;
      origin.low = entry.counter + 1;
      return;
    }
    while (origin.low <= entry.counter) {
      int at = origin.index(origin.low);
      if (origin.ring[at] != null) {
        bytes -= origin.ring[at].length();
        origin.ring[at] = null;
      }
      origin.low++;
    }
  }

  /** The origins that sent something: their stores. */
  long[] stores() {
    long[] stores = new long[origins.size()];
    for (int i = 0; i < stores.length; i++) {
      stores[i] = origins.get(i).store;
    }
    return stores;
  }

  /** The newest start of an origin that was heard. */
  long incarnation(long store) {
    Origin origin = find(store);
    return origin == null ? 0 : origin.incarnation;
  }

  /** A snapshot stands for everything up to here. */
  void deliveredTo(MidTable table) {
    for (Origin origin : origins) {
      long incarnation = table.incarnation(origin.store);
      if (incarnation > 0) {
        long counter = table.counter(origin.store, incarnation);
        delivered(Entry.payload(View.NONE, origin.store, incarnation, counter, null));
      }
    }
  }

  private void clear(Origin origin) {
    for (int i = 0; i < origin.ring.length; i++) {
      if (origin.ring[i] != null) {
        bytes -= origin.ring[i].length();
        origin.ring[i] = null;
      }
    }
  }
}
