package org.quorate.spi.consensus;

import java.util.ArrayList;

/**
 * The memberships that a protocol's log and link state hold, by index; the last one is in force as
 * soon as it is in the log, committed or not (Raft §4.1), and gone as soon as it is cut off. Pure; for
 * one protocol instance.
 */
public final class Configurations {
  private record At(long index, Membership membership) {}

  private final ArrayList<At> history = new ArrayList<>();

  /** Begins with the membership in force at an index. */
  public Configurations(long index, Membership membership) {
    history.add(new At(index, membership));
  }

  /** The membership in force. */
  public Membership current() {
    return history.get(history.size() - 1).membership();
  }

  /** Index of the entry that holds the current membership. */
  public long index() {
    return history.get(history.size() - 1).index();
  }

  /** The membership before the current one; the current one when nothing is known before it. */
  public Membership previous() {
    return history.get(Math.max(0, history.size() - 2)).membership();
  }

  /** The membership in force at an index. */
  public Membership at(long index) {
    int i = history.size() - 1;
    while (i > 0 && history.get(i).index() > index) {
      i--;
    }
    return history.get(i).membership();
  }

  /** Memberships after an index. */
  public int after(long index) {
    int count = 0;
    for (int i = history.size() - 1; i >= 0 && history.get(i).index() > index; i--) {
      count++;
    }
    return count;
  }

  /** A membership came into the log at an index above all others. */
  public void add(long index, Membership membership) {
    history.add(new At(index, membership));
  }

  /** Cuts off what is at and after an index; true when the current membership changed by it. */
  public boolean truncateFrom(long index) {
    int before = history.size();
    while (history.size() > 1 && index() >= index) {
      history.remove(history.size() - 1);
    }
    return history.size() < before;
  }

  /** Forgets what no index above needs. */
  public void dropTo(long index) {
    while (history.size() > 1 && history.get(1).index() <= index) {
      history.remove(0);
    }
  }

  /** Begins anew with one membership. */
  public void reset(long index, Membership membership) {
    history.clear();
    history.add(new At(index, membership));
  }
}
