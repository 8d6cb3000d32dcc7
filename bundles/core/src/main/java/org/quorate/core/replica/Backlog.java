package org.quorate.core.replica;

import java.util.ArrayDeque;
import org.quorate.api.Bytes;
import org.quorate.core.log.Ahead;
import org.quorate.core.log.VirtualLog.Upcoming;

/**
 * What a link has decided and the virtual log has not taken yet, in order: held back, or waiting for
 * its costly commands to be worked out. On the group's loop.
 */
final class Backlog {
  private final Links links;
  private final ParallelApply parallel;
  private final ArrayDeque<Upcoming> records = new ArrayDeque<>();
  private boolean steps;
  private boolean whole = true;
  private boolean held = true;
  private boolean stopped;
  private Ahead working;
  private int cleared; // that many of the first need not be looked at any more

  Backlog(Links links) {
    this.links = links;
    this.parallel = links.parallel();
  }

  /** The link tells where its steps end. */
  void inSteps() {
    steps = true;
  }

  /** Whether what is decided has to go through here. */
  boolean gathers() {
    return !stopped && (held || steps && parallel.enabled());
  }

  void add(long inner, Bytes payload) {
    records.addLast(new Upcoming(inner, payload, false));
  }

  /** Nothing was decided at this index or at those since the last record. */
  void skip(long inner) {
    if (records.size() > cleared && records.peekLast().payload() == null) {
      records.removeLast();
    }
    records.addLast(new Upcoming(inner, null, false));
  }

  /** What was added since the last time is of one step. */
  void stepEnded() {
    if (!records.isEmpty() && !records.peekLast().ends()) {
      Upcoming last = records.removeLast();
      records.addLast(new Upcoming(last.inner(), last.payload(), true));
    }
  }

  /**
   * Whether all of a step was handed on, or nothing: only then may the state be kept as that of an
   * index, for a link need not be able to go on in the middle of what it decided at once.
   */
  boolean whole() {
    return whole;
  }

  /** Holds records back; what is being worked out does not count any more. */
  void hold() {
    held = true;
    working = null;
    cleared = 0;
  }

  void release() {
    held = false;
    proceed();
  }

  /** Drops all there is and all that comes. */
  void stop() {
    stopped = true;
    held = false;
    working = null;
    records.clear();
  }

  /** Hands on what is ready. */
  void proceed() {
    while (!stopped && !held && working == null && !records.isEmpty()) {
      if (cleared == 0 && parallel.enabled() && begin()) {
        return;
      }
      cleared--;
      Upcoming next = records.removeFirst();
      whole = next.ends() || !steps;
      if (next.payload() == null) {
        links.skipTo(next.inner());
      } else {
        links.deliver(next.inner(), next.payload());
      }
    }
  }

  private boolean begin() {
    Ahead ahead = parallel.look(records);
    cleared = ahead.records();
    if (ahead.size() < 2) {
      return false;
    }
    working = ahead;
    parallel.work(ahead, () -> worked(ahead));
    return true;
  }

  private void worked(Ahead ahead) {
    if (working == ahead) {
      working = null;
      parallel.expect(ahead);
      proceed();
      links.turned();
    }
  }
}
