package org.quorate.core.session;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * The open sessions and leases of a group and its ordered time. Replicated state: changed by records
 * of the log alone. Single-threaded.
 *
 * <p>A renewal counts from the end of the second step of ordered time after it. The first may have
 * been proposed before the renewal was asked for, and so end at an earlier time than that; the
 * second is proposed by who has seen the first, and the renewal before it. So no session ends before
 * its TTL has passed since its last renewal was asked for, and none is kept for longer than two
 * steps beyond it.
 */
public final class SessionTable {
  /** Sessions that may be open at once. */
  public static final int MAX_OPEN = 65_536;

  /** Answers up to this size are always kept; a session has at most {@link Session#WINDOW}. */
  public static final int SMALL_ANSWER_BYTES = 256;

  /** What the larger answers of all sessions may take together. */
  public static final long LARGE_ANSWERS_BYTES = 16 << 20;

  private static final int SETTLING_STEPS = 2;
  private static final long RETRY_MS = 1000;

  private final TreeMap<Long, Session> open = new TreeMap<>();

  private final LargeAnswers large = new LargeAnswers();
  private final Set<Long> dirty = new LinkedHashSet<>();
  private List<Session> unsettled = new ArrayList<>();
  private long timeMs;
  private long nextDeadlineMs = Long.MAX_VALUE;

  /** Ordered time, milliseconds since the group began. */
  public long timeMs() {
    return timeMs;
  }

  public boolean isEmpty() {
    return open.isEmpty();
  }

  public int size() {
    return open.size();
  }

  /** Why no session can be opened now, or null. */
  public Outcome.Overloaded full() {
    return open.size() < MAX_OPEN
        ? null
        : new Outcome.Overloaded(RETRY_MS, MAX_OPEN + " sessions of the group");
  }

  /** The session, or null if it never was or has ended. */
  public Session find(long id) {
    return open.get(id);
  }

  /** Opens one; there must be room for it: see {@link #full}. */
  public void open(long id, long ttlMs) {
    Session session = new Session(id, ttlMs, timeMs, large);
    open.put(id, session);
    renew(session);
  }

  private void renew(Session session) {
    if (session.unsettled() == 0) {
      unsettled.add(session);
    }
    session.renew(SETTLING_STEPS);
    dirty.add(session.id());
  }

  /** False if there is none. */
  public boolean close(long id) {
    dirty.add(id);
    Session closed = open.remove(id);
    if (closed != null) {
      closed.clear();
    }
    return closed != null;
  }

  /** Starts the TTL anew; false if the session is gone. */
  public boolean renew(long id) {
    Session session = open.get(id);
    if (session == null) {
      return false;
    }
    renew(session);
    return true;
  }

  /**
   * Keeps the answer to a sequence of an open session, and gives up the oldest of the large ones if
   * they are too many bytes in all. The sequence is at most {@link Session#WINDOW} above the
   * acknowledged one.
   */
  public void keep(Session session, long sequence, Session.Answer answer) {
    session.keep(sequence, answer);
    dirty.add(session.id());
    large.bound(dirty::add);
  }

  /** Bytes of the large answers that are kept. */
  public long largeAnswerBytes() {
    return large.bytes();
  }

  /**
   * Moves ordered time on.
   *
   * @return ids of the sessions that ended by it, in their order; they are closed
   */
  public List<Long> advance(long deltaMs) {
    timeMs += deltaMs;
    settle();
    if (timeMs <= nextDeadlineMs) {
      return List.of();
    }
    List<Long> ended = new ArrayList<>();
    nextDeadlineMs = Long.MAX_VALUE;
    for (Session session : open.values()) {
      if (session.deadlineMs() < timeMs) {
        ended.add(session.id());
      } else {
        nextDeadlineMs = Math.min(nextDeadlineMs, session.deadlineMs());
      }
    }
    ended.forEach(this::close);
    return ended;
  }

  private void settle() {
    List<Session> later = new ArrayList<>();
    for (Session session : unsettled) {
      session.step(timeMs);
      dirty.add(session.id());
      if (session.unsettled() > 0) {
        later.add(session);
      } else if (open.get(session.id()) == session) {
        nextDeadlineMs = Math.min(nextDeadlineMs, session.deadlineMs());
      }
    }
    unsettled = later;
  }

  /** Hands out what changed since the last call: id and encoding, or null for an ended session. */
  public void drainDirty(BiConsumer<Long, Bytes> changes) {
    for (long id : dirty) {
      Session session = open.get(id);
      if (session == null) {
        changes.accept(id, null);
      } else {
        Encoder out = new Encoder();
        session.encode(out);
        changes.accept(id, out.take());
      }
    }
    dirty.clear();
  }

  /** Forgets everything and takes over ordered time, before {@link #restore}. */
  public void reset(long timeMs) {
    open.clear();
    dirty.clear();
    unsettled.clear();
    large.clear();
    this.timeMs = timeMs;
    nextDeadlineMs = Long.MAX_VALUE;
  }

  /** Puts a session back as {@link #drainDirty} gave it. */
  public void restore(long id, Bytes encoded) {
    Session session = Session.decode(id, new Decoder(encoded), large);
    open.put(id, session);
    large.bound(dirty::add); // a version without the bound may have written it
    if (session.unsettled() > 0) {
      unsettled.add(session);
    }
    nextDeadlineMs = Math.min(nextDeadlineMs, session.deadlineMs());
  }
}
