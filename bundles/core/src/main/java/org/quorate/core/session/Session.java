package org.quorate.core.session;

import java.util.Arrays;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * A client session or lease: when it was renewed and the answers that the client may still ask for
 * again. The answers are a window above the sequence that the client has acknowledged (RIFL, SOSP
 * 2015). Of a large answer that was given up, it is kept that the command was executed, and where.
 */
public final class Session {
  /** Sequences that may be open at once above the acknowledged one. */
  public static final int WINDOW = 4096;

  /** Shortest TTL, in milliseconds. */
  public static final long MIN_TTL_MS = 1;

  /** Longest TTL, in milliseconds: a day. */
  public static final long MAX_TTL_MS = 86_400_000;

  /**
   * An answer kept for a retry.
   *
   * @param position of the command, at least 1
   * @param result null if it was given up: the command was executed all the same
   */
  public record Answer(long version, long position, Bytes result) {
    /** Whether the answer itself is there. */
    public boolean kept() {
      return result != null;
    }
  }

  private final long id;
  private final LargeAnswers large;
  private final long ttlMs;
  private long renewedAtMs;
  private int unsettled;
  private long acknowledged;
  private Answer[] window = new Answer[8];

  Session(long id, long ttlMs, long renewedAtMs, LargeAnswers large) {
    this.id = id;
    this.large = large;
    // A version that refused none at the port may have ordered any; a negative one is too large.
    this.ttlMs = ttlMs < 0 ? MAX_TTL_MS : Math.min(ttlMs, MAX_TTL_MS);
    this.renewedAtMs = renewedAtMs;
  }

  public long id() {
    return id;
  }

  long ttlMs() {
    return ttlMs;
  }

  /** Ordered time at which it ends unless renewed; not known until a renewal has settled. */
  long deadlineMs() {
    return unsettled > 0 ? Long.MAX_VALUE : renewedAtMs + ttlMs;
  }

  /** Steps of ordered time after which a renewal counts as done; 0 when it does. */
  int unsettled() {
    return unsettled;
  }

  void renew(int steps) {
    unsettled = steps;
  }

  /** A step of ordered time has ended since the renewal. */
  void step(long nowMs) {
    unsettled--;
    renewedAtMs = nowMs;
  }

  /** All sequences up to this one have been answered to the client and are forgotten. */
  public long acknowledged() {
    return acknowledged;
  }

  /** The answer to a sequence above the acknowledged one, or null if it was not executed yet. */
  public Answer answer(long sequence) {
    return sequence - acknowledged > window.length
        ? null
        : window[(int) sequence & (window.length - 1)];
  }

  /** Keeps an answer; the sequence is at most {@link #WINDOW} above the acknowledged one. */
  void keep(long sequence, Answer answer) {
    long reach = sequence - acknowledged;
    if (reach > window.length) {
      grow((int) Math.max(Long.highestOneBit(reach - 1) << 1, window.length * 2L));
    }
    set(sequence, answer);
    large.add(this, sequence, answer);
  }

  /** Keeps of an answer only that there was one. */
  void giveUp(long sequence) {
    Answer answer = answer(sequence);
    set(sequence, new Answer(answer.version(), answer.position(), null));
  }

  private void set(long sequence, Answer answer) {
    int slot = (int) sequence & (window.length - 1);
    large.remove(window[slot]);
    window[slot] = answer;
  }

  private void grow(int size) {
    Answer[] wider = new Answer[size];
    for (long s = acknowledged + 1; s <= acknowledged + window.length; s++) {
      wider[(int) s & (size - 1)] = window[(int) s & (window.length - 1)];
    }
    window = wider;
  }

  /** Forgets the answers up to a sequence. */
  public void acknowledge(long sequence) {
    if (sequence - acknowledged >= window.length) {
      clear();
      acknowledged = sequence;
    }
    while (acknowledged < sequence) {
      acknowledged++;
      set(acknowledged, null);
    }
  }

  /** Forgets all answers. */
  void clear() {
    for (Answer answer : window) {
      large.remove(answer);
    }
    Arrays.fill(window, null);
  }

  /**
   * Writes it. An answer that was given up has the negative of its position and no bytes: what was
   * written before there were such reads as ever, and a version that does not know them reads an
   * empty answer.
   */
  void encode(Encoder out) {
    out.varint(ttlMs).varint(renewedAtMs).u8(unsettled).varint(acknowledged);
    int count = 0;
    for (Answer answer : window) {
      count += answer == null ? 0 : 1;
    }
    out.varint(count);
    for (long s = acknowledged + 1; s <= acknowledged + window.length; s++) {
      Answer answer = window[(int) s & (window.length - 1)];
      if (answer != null) {
        out.varint(s).varint(answer.version());
        out.varint(answer.kept() ? answer.position() : -answer.position());
        out.bytes(answer.kept() ? answer.result() : Bytes.EMPTY);
      }
    }
  }

  static Session decode(long id, Decoder in, LargeAnswers large) {
    Session session = new Session(id, in.varint(), in.varint(), large);
    session.unsettled = in.u8();
    session.acknowledged = in.varint();
    for (int i = in.count(); i > 0; i--) {
      session.keep(in.varint(), answer(in));
    }
    return session;
  }

  private static Answer answer(Decoder in) {
    long version = in.varint();
    long position = in.varint();
    Bytes result = in.bytes();
    return position < 0
        ? new Answer(version, -position, null)
        : new Answer(version, position, result.copy());
  }
}
