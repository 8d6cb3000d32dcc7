package org.quorate.core.session;

import java.util.Arrays;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * A client session or lease: when it was renewed and the answers that the client may still ask for
 * again. The answers are a window above the sequence that the client has acknowledged (RIFL, SOSP
 * 2015).
 */
public final class Session {
  /** Sequences that may be open at once above the acknowledged one. */
  public static final int WINDOW = 4096;

  /** An answer kept for a retry. */
  public record Answer(long version, long position, Bytes result) {}

  private final long id;
  private final long ttlMs;
  private long renewedAtMs;
  private int unsettled;
  private long acknowledged;
  private Answer[] window = new Answer[8];

  Session(long id, long ttlMs, long renewedAtMs) {
    this.id = id;
    this.ttlMs = ttlMs;
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
  public void keep(long sequence, Answer answer) {
    long reach = sequence - acknowledged;
    if (reach > window.length) {
      grow((int) Math.max(Long.highestOneBit(reach - 1) << 1, window.length * 2L));
    }
    window[(int) sequence & (window.length - 1)] = answer;
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
      Arrays.fill(window, null);
      acknowledged = sequence;
    }
    while (acknowledged < sequence) {
      acknowledged++;
      window[(int) acknowledged & (window.length - 1)] = null;
    }
  }

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
        out.varint(s).varint(answer.version()).varint(answer.position()).bytes(answer.result());
      }
    }
  }

  static Session decode(long id, Decoder in) {
    Session session = new Session(id, in.varint(), in.varint());
    session.unsettled = in.u8();
    session.acknowledged = in.varint();
    for (int i = in.count(); i > 0; i--) {
      long sequence = in.varint();
      session.keep(sequence, new Answer(in.varint(), in.varint(), in.bytes().copy()));
    }
    return session;
  }
}
