package org.quorate.certify;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Membership;

/**
 * What a slot holds. A payload is known by its message id: the origin's store, the origin's start and
 * a counter from 1. An entry is created by the sequencer of its view and keeps that view for ever, so
 * equal slot and view mean equal logs up to there.
 *
 * <p>On disk: {@code view 16 | kind u8 | [store i64 | incarnation i64 | counter i64] | body}, the
 * message id only of a payload.
 */
final class Entry {
  /** Nothing: what took the place of a payload that nobody has. */
  static final int NOOP = 0;

  /** What a member submitted. */
  static final int PAYLOAD = 1;

  /** The first new entry of a view. */
  static final int VIEW = 2;

  /** A membership. */
  static final int CONFIG = 3;

  /** The record that ends the link: {@code planId i64 | payload}. */
  static final int SEAL = 4;

  /** A payload's order alone, at a witness. */
  static final int BARE = 5;

  /** A member leaves the lag budget or is back in it: {@code store i64 | u8}. */
  static final int LAGGING = 6;

  private static final int KINDS = 7;
  private static final int HEADER_BYTES = View.BYTES + 1;
  private static final int MID_BYTES = 24;

  final View view;
  final int kind;
  final long store;
  final long incarnation;
  final long counter;
  private Bytes body; // null while the payload is not here

  private Entry(View view, int kind, long store, long incarnation, long counter, Bytes body) {
    this.view = view;
    this.kind = kind;
    this.store = store;
    this.incarnation = incarnation;
    this.counter = counter;
    this.body = body;
  }

  static Entry of(View view, int kind, Bytes body) {
    return new Entry(view, kind, 0, 0, 0, body);
  }

  static Entry payload(View view, long store, long incarnation, long counter, Bytes body) {
    return new Entry(view, PAYLOAD, store, incarnation, counter, body);
  }

  static Entry config(View view, Membership membership) {
    Encoder out = new Encoder();
    membership.encode(out);
    return of(view, CONFIG, out.take());
  }

  static Entry seal(View view, long planId, Bytes payload) {
    return of(view, SEAL, Bytes.ofLong(planId).concat(payload));
  }

  static Entry lagging(View view, long store, boolean lags) {
    return of(view, LAGGING, new Encoder(9).i64(store).bool(lags).take());
  }

  long laggard() {
    return body.longAt(0);
  }

  boolean lags() {
    return body.at(8) != 0;
  }

  boolean isPayload() {
    return kind == PAYLOAD || kind == BARE;
  }

  /**
   * Whether it is stable only with a majority of those that keep payload. A membership too: else its
   * majority could be one that keeps nothing of what was stable before.
   */
  boolean needsKeepers() {
    return isPayload() || kind == CONFIG;
  }

  /** The same message id. */
  boolean sameMessage(Entry other) {
    return isPayload() == other.isPayload()
        && store == other.store
        && incarnation == other.incarnation
        && counter == other.counter;
  }

  /** Null while the payload is missing here. */
  Bytes body() {
    return body;
  }

  void fill(Bytes payload) {
    body = payload;
  }

  /** The order without the payload, as a witness keeps it. */
  Entry bare() {
    return kind == PAYLOAD ? new Entry(view, BARE, store, incarnation, counter, Bytes.EMPTY) : this;
  }

  /** The same message, ordered by another view. */
  Entry in(View other) {
    return new Entry(other, kind, store, incarnation, counter, body);
  }

  /** What the virtual log gave: of a payload or a seal. */
  Bytes content() {
    return kind == SEAL ? body.from(8) : body;
  }

  Membership membership() {
    return Memberships.decode(body);
  }

  long planId() {
    return body.longAt(0);
  }

  /** What it takes in memory and on disk, about. */
  int bytes() {
    return HEADER_BYTES + MID_BYTES + (body == null ? 0 : body.length());
  }

  Bytes record() {
    Encoder out = new Encoder(bytes());
    view.encode(out);
    out.u8(kind);
    if (isPayload()) {
      out.i64(store).i64(incarnation).i64(counter);
    }
    return out.raw(body).take();
  }

  static Entry decode(Bytes record) {
    Decoder in = new Decoder(record);
    View view = View.decode(in);
    int kind = in.u8();
    Entry entry =
        kind == PAYLOAD || kind == BARE
            ? new Entry(view, kind, in.i64(), in.i64(), in.i64(), in.rest())
            : of(view, kind, in.rest());
    entry.check();
    return entry;
  }

  /** Throws MalformedException unless every other method here works. */
  void check() {
    if (kind < 0 || kind >= KINDS) {
      throw new MalformedException("entry of kind " + kind, View.BYTES);
    }
    if (view.number() <= 0) {
      throw new MalformedException("entry of view " + view, 0);
    }
    if (isPayload() && (incarnation <= 0 || counter <= 0)) {
      throw new MalformedException(
          "message " + counter + " of incarnation " + incarnation, HEADER_BYTES);
    }
    if (kind == CONFIG) {
      membership();
    } else if (kind == SEAL && body.length() < 8) {
      throw new MalformedException("seal cut short", HEADER_BYTES);
    } else if (kind == LAGGING && body.length() != 9) {
      throw new MalformedException("lagging record of " + body.length(), HEADER_BYTES);
    }
  }

  /** A message id, or what else it is. */
  String word() {
    return switch (kind) {
      case NOOP -> "noop";
      case PAYLOAD, BARE -> Long.toHexString(store) + "." + incarnation + "." + counter;
      case VIEW -> "view";
      case CONFIG -> "config" + membership().version();
      case LAGGING -> (lags() ? "lagging" : "back") + Long.toHexString(laggard());
      default -> "seal" + planId();
    };
  }

  @Override
  public String toString() {
    return word() + "@" + view + (body == null ? "?" : "");
  }
}
