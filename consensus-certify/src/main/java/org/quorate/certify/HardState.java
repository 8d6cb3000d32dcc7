package org.quorate.certify;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * What a member must remember beside the log: how often it started, so that no message id is used
 * twice, the view it promised, below which it acknowledges nothing, and whether it is a witness. Written by {@link Disk} at
 * the end of the step, before what rests on it.
 */
final class HardState {
  private static final int VERSION = 1;

  private long incarnation; // [persistent] rises with each start
  private View promised = View.NONE; // [persistent] never falls
  private boolean witness; // [persistent] once true, since its log lacks payloads from then on
  private long durableIncarnation; // [volatile] what a restart would find at least
  private View durablePromised = View.NONE; // [volatile]
  private boolean dirty; // [volatile] changed since it was last handed to the disk

  private HardState() {}

  static HardState fresh() {
    return new HardState();
  }

  static HardState decode(Bytes stable) {
    Decoder in = new Decoder(stable);
    int version = in.u8();
    if (version != VERSION) {
      throw new MalformedException("incarnation and view of format " + version, 0);
    }
    HardState state = new HardState();
    state.incarnation = in.i64();
    state.promised = View.decode(in);
    state.witness = in.bool();
    in.end();
    if (state.incarnation <= 0) {
      throw new MalformedException("incarnation " + state.incarnation, 1);
    }
    state.durable(state.incarnation, state.promised);
    return state;
  }

  Bytes encode() {
    Encoder out = new Encoder(40).u8(VERSION).i64(incarnation);
    promised.encode(out);
    out.bool(witness);
    dirty = false;
    return out.take();
  }

  void started() {
    incarnation++;
    dirty = true;
  }

  void promise(View view) {
    if (!view.isAfter(promised)) {
      throw new IllegalStateException("view " + view + " after " + promised);
    }
    promised = view;
    dirty = true;
  }

  /** The store keeps no payload, and can never again be anything else. */
  void becomeWitness() {
    if (!witness) {
      witness = true;
      dirty = true;
    }
  }

  boolean witness() {
    return witness;
  }

  long incarnation() {
    return incarnation;
  }

  View promised() {
    return promised;
  }

  boolean dirty() {
    return dirty;
  }

  void durable(long ofIncarnation, View ofPromised) {
    durableIncarnation = ofIncarnation;
    durablePromised = ofPromised;
  }

  /** Whether message ids of this start may be shown to anyone. */
  boolean mayOriginate() {
    return durableIncarnation == incarnation;
  }

  View durablePromised() {
    return durablePromised;
  }
}
