package org.quorate.certify;

import java.util.ArrayList;
import org.quorate.spi.consensus.Membership;

/**
 * The memberships that log and link state hold, by index; the last one is in force as soon as it is
 * in the log, committed or not (Raft §4.1), and gone as soon as it is cut off. [derived]
 */
final class Configurations {
  private record At(long index, Membership membership) {}

  private final ArrayList<At> history = new ArrayList<>();

  Configurations(long index, Membership membership) {
    history.add(new At(index, membership));
  }

  Membership current() {
    return history.get(history.size() - 1).membership();
  }

  /** Index of the entry that holds the current membership. */
  long index() {
    return history.get(history.size() - 1).index();
  }

  /** The membership before the current one; the current one when nothing is known before it. */
  Membership previous() {
    return history.get(Math.max(0, history.size() - 2)).membership();
  }

  /** The membership in force at an index. */
  Membership at(long index) {
    int i = history.size() - 1;
    while (i > 0 && history.get(i).index() > index) {
      i--;
    }
    return history.get(i).membership();
  }

  /** Memberships after an index. */
  int after(long index) {
    int count = 0;
    for (int i = history.size() - 1; i >= 0 && history.get(i).index() > index; i--) {
      count++;
    }
    return count;
  }

  void add(long index, Membership membership) {
    history.add(new At(index, membership));
  }

  /** True when the current one changed by it. */
  boolean truncateFrom(long index) {
    int before = history.size();
    while (history.size() > 1 && index() >= index) {
      history.remove(history.size() - 1);
    }
    return history.size() < before;
  }

  /** Forgets what no index above needs. */
  void dropTo(long index) {
    while (history.size() > 1 && history.get(1).index() <= index) {
      history.remove(0);
    }
  }

  void reset(long index, Membership membership) {
    history.clear();
    history.add(new At(index, membership));
  }
}
