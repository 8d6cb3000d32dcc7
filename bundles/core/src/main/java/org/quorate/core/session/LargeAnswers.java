package org.quorate.core.session;

import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.quorate.core.session.Session.Answer;

/**
 * The larger answers that the sessions of a group keep, within one bound in bytes: when they are
 * over it, those of the oldest commands are given up. Which are kept is a function of the records
 * delivered, and found again from the sessions alone: so it is the same on all replicas, after a
 * restart and from a snapshot. Single-threaded.
 */
final class LargeAnswers {
  private record Place(Session session, long sequence, int bytes) {}

  private final TreeMap<Long, Place> byPosition = new TreeMap<>();
  private long bytes;

  private static boolean large(Answer answer) {
    return answer != null
        && answer.kept()
        && answer.result().length() > SessionTable.SMALL_ANSWER_BYTES;
  }

  /** Bytes of all of them. */
  long bytes() {
    return bytes;
  }

  /** A session keeps an answer from now on. */
  void add(Session session, long sequence, Answer answer) {
    if (large(answer)) {
      int length = answer.result().length();
      byPosition.put(answer.position(), new Place(session, sequence, length));
      bytes += length;
    }
  }

  /** A session has forgotten an answer. */
  void remove(Answer answer) {
    if (large(answer)) {
      bytes -= byPosition.remove(answer.position()).bytes();
    }
  }

  /**
   * Gives up as many as it takes.
   *
   * @param changed told the sessions whose answers they were
   */
  void bound(LongConsumer changed) {
    while (bytes > SessionTable.LARGE_ANSWERS_BYTES) {
      Place oldest = byPosition.firstEntry().getValue();
      oldest.session().giveUp(oldest.sequence());
      changed.accept(oldest.session().id());
    }
  }

  void clear() {
    byPosition.clear();
    bytes = 0;
  }
}
