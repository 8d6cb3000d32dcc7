package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * The members that are out of the lag budget, by slot: nobody waits for them, and they take no
 * proposals until they have caught up. [derived] from log and link state
 */
final class Laggards {
  private record At(long slot, List<Long> stores) {}

  private final ArrayList<At> history = new ArrayList<>();

  Laggards(long slot, List<Long> stores) {
    history.add(new At(slot, stores));
  }

  private At last() {
    return history.get(history.size() - 1);
  }

  boolean has(long store) {
    return last().stores().contains(store);
  }

  List<Long> at(long slot) {
    int i = history.size() - 1;
    while (i > 0 && history.get(i).slot() > slot) {
      i--;
    }
    return history.get(i).stores();
  }

  void add(long slot, Entry entry) {
    if (slot <= last().slot()) {
      return;
    }
    List<Long> next = new ArrayList<>(last().stores());
    next.remove(Long.valueOf(entry.laggard()));
    if (entry.lags()) {
      next.add(entry.laggard());
    }
    history.add(new At(slot, next));
  }

  void truncateFrom(long slot) {
    while (history.size() > 1 && last().slot() >= slot) {
      history.remove(history.size() - 1);
    }
  }

  /** Forgets what no slot above needs. */
  void dropTo(long slot) {
    while (history.size() > 1 && history.get(1).slot() <= slot) {
      history.remove(0);
    }
  }

  void reset(long slot, List<Long> stores) {
    history.clear();
    history.add(new At(slot, stores));
  }

  static void encode(List<Long> stores, Encoder out) {
    out.list(stores, Encoder::i64);
  }

  static List<Long> decode(Decoder in) {
    int at = in.offset();
    List<Long> stores = in.list(Decoder::i64);
    for (int i = 0; i < stores.size(); i++) {
      if (stores.indexOf(stores.get(i)) != i) {
        throw new MalformedException("store listed twice", at);
      }
    }
    return stores;
  }
}
