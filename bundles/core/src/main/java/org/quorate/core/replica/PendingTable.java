package org.quorate.core.replica;

import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;

/**
 * Who waits for what: a ring indexed by ticket, so that neither adding nor finding allocates.
 * Tickets rise by one from 1; all wait equally long, so the oldest times out first. Of a proposal
 * its record is kept until it is answered, to be proposed again on the next link.
 */
final class PendingTable {
  private Consumer<Outcome>[] callbacks = ring(256);
  private long[] deadlines = new long[256];
  private Bytes[] records = new Bytes[256];
  private long oldest = 1;
  private long next = 1;
  private int size;

  @SuppressWarnings("unchecked")
  private static Consumer<Outcome>[] ring(int size) {
    return (Consumer<Outcome>[]) new Consumer<?>[size];
  }

  /** Waiting now. */
  int size() {
    return size;
  }

  /** The ticket that {@link #add} gives next. */
  long nextTicket() {
    return next;
  }

  /** Returns the ticket. */
  long add(Consumer<Outcome> callback, long deadlineMs) {
    if (next - oldest == callbacks.length) {
      grow();
    }
    int slot = (int) next & (callbacks.length - 1);
    callbacks[slot] = callback;
    deadlines[slot] = deadlineMs;
    size++;
    return next++;
  }

  private void grow() {
    Consumer<Outcome>[] wider = ring(callbacks.length * 2);
    long[] later = new long[wider.length];
    Bytes[] kept = new Bytes[wider.length];
    for (long t = oldest; t < next; t++) {
      wider[(int) t & (wider.length - 1)] = callbacks[(int) t & (callbacks.length - 1)];
      later[(int) t & (wider.length - 1)] = deadlines[(int) t & (callbacks.length - 1)];
      kept[(int) t & (wider.length - 1)] = records[(int) t & (callbacks.length - 1)];
    }
    callbacks = wider;
    deadlines = later;
    records = kept;
  }

  /** Keeps the record that was proposed under a ticket. */
  void keep(long ticket, Bytes record) {
    records[(int) ticket & (records.length - 1)] = record;
  }

  /** Takes who still waits: ticket, and the record proposed under it or null. */
  interface Visitor {
    void visit(long ticket, Bytes record);
  }

  /** Visits all that wait now, in the order of their tickets; the visitor may answer them. */
  void forEach(Visitor visitor) {
    long end = next;
    for (long t = oldest; t < end; t++) {
      int slot = (int) t & (callbacks.length - 1);
      if (t >= oldest && callbacks[slot] != null) {
        visitor.visit(t, records[slot]);
      }
    }
  }

  /** When the waiter of this ticket gives up; 0 if nobody waits. */
  long deadlineMs(long ticket) {
    int slot = (int) ticket & (callbacks.length - 1);
    return ticket < oldest || ticket >= next || callbacks[slot] == null ? 0 : deadlines[slot];
  }

  /** The record that was proposed under a ticket; null if there is none or nobody waits. */
  Bytes record(long ticket) {
    return deadlineMs(ticket) == 0 ? null : records[(int) ticket & (records.length - 1)];
  }

  /** Takes the waiter out; null if it was answered before. */
  Consumer<Outcome> remove(long ticket) {
    if (ticket < oldest || ticket >= next) {
      return null;
    }
    int slot = (int) ticket & (callbacks.length - 1);
    Consumer<Outcome> callback = callbacks[slot];
    callbacks[slot] = null;
    records[slot] = null;
    if (callback != null) {
      size--;
    }
    while (oldest < next && callbacks[(int) oldest & (callbacks.length - 1)] == null) {
      oldest++;
    }
    return callback;
  }

  /** Answers everyone whose deadline has passed. */
  void expire(long nowMs, Outcome outcome) {
    while (oldest < next && deadlines[(int) oldest & (callbacks.length - 1)] <= nowMs) {
      Consumer<Outcome> late = remove(oldest);
      if (late != null) {
        late.accept(outcome);
      }
    }
  }
}
