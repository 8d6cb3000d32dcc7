package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.MalformedException;

/** Reads messages; what it lets through the handlers can rely on. */
final class CertifyCodec {
  private CertifyCodec() {}

  static CertifyMessage decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int type = in.u8();
    long store = in.i64();
    CertifyMessage message =
        switch (type) {
          case CertifyMessage.PAYLOADS -> payloads(in, store);
          case CertifyMessage.ORDER -> order(in, store);
          case CertifyMessage.ACK ->
              new CertifyMessage.Ack(store, View.decode(in, store), slot(in), slot(in));
          case CertifyMessage.GAP ->
              new CertifyMessage.Gap(
                  store, View.decode(in, store), slot(in), slot(in), View.decode(in, store));
          case CertifyMessage.BEAT -> beat(in, store);
          case CertifyMessage.BEAT_REPLY ->
              new CertifyMessage.BeatReply(store, View.decode(in, store), slot(in), slot(in));
          case CertifyMessage.CANVASS ->
              new CertifyMessage.Canvass(
                  store, View.decode(in, store), slot(in), slot(in), View.decode(in, store));
          case CertifyMessage.CANVASS_REPLY ->
              new CertifyMessage.CanvassReply(
                  store, View.decode(in, store), in.bool(), View.decode(in, store));
          case CertifyMessage.PREPARE ->
              new CertifyMessage.Prepare(
                  store,
                  View.decode(in, store),
                  slot(in),
                  slot(in),
                  View.decode(in, store),
                  in.bool());
          case CertifyMessage.PROMISE -> promise(in, store);
          case CertifyMessage.FETCH -> new CertifyMessage.Fetch(store, in.list(CertifyCodec::slot));
          case CertifyMessage.FETCHED -> fetched(in, store);
          case CertifyMessage.TAIL_ASK -> new CertifyMessage.TailAsk(store, slot(in), slot(in));
          case CertifyMessage.TAIL_IS ->
              new CertifyMessage.TailIs(
                  store, View.decode(in, store), slot(in), slot(in), slot(in), slot(in));
          case CertifyMessage.TAKE_OVER ->
              new CertifyMessage.TakeOver(store, View.decode(in, store));
          case CertifyMessage.DONATE ->
              new CertifyMessage.Donate(
                  store, own(in, store), in.i64(), slot(in), in.list(NodeId::decode));
          case CertifyMessage.DONATED ->
              new CertifyMessage.Donated(store, in.i64(), slot(in), in.bool());
          default -> throw new MalformedException("certify message of type " + type, 0);
        };
    in.end();
    return message;
  }

  private static CertifyMessage payloads(Decoder in, long store) {
    long incarnation = positive(in, "incarnation");
    long first = positive(in, "counter");
    List<Bytes> payloads = in.list(Decoder::bytes);
    if (first > Long.MAX_VALUE - payloads.size()) {
      throw new MalformedException("counter " + first, in.offset());
    }
    return new CertifyMessage.Payloads(store, incarnation, first, payloads);
  }

  private static CertifyMessage order(Decoder in, long store) {
    View view = own(in, store);
    long prevSlot = slot(in);
    View prevView = View.decode(in, store);
    long stable = slot(in);
    List<Entry> entries = EntryCodec.decode(in, view, store, prevView);
    behind(prevSlot, entries, in);
    return new CertifyMessage.Order(store, view, prevSlot, prevView, stable, entries, 0);
  }

  private static CertifyMessage beat(Decoder in, long store) {
    return new CertifyMessage.Beat(
        store, own(in, store), slot(in), slot(in), slot(in), in.bool(), in.bool());
  }

  private static CertifyMessage promise(Decoder in, long store) {
    View view = View.decode(in, store);
    boolean ok = in.bool();
    long from = slot(in);
    View fromView = View.decode(in, store);
    long stable = slot(in);
    List<Entry> entries = EntryCodec.decode(in, view, store, fromView);
    behind(from, entries, in);
    return new CertifyMessage.Promise(store, view, ok, from, fromView, stable, entries);
  }

  private static void behind(long slot, List<Entry> entries, Decoder in) {
    if (slot > Long.MAX_VALUE - entries.size()) {
      throw new MalformedException("slot " + slot, in.offset());
    }
  }

  private static CertifyMessage fetched(Decoder in, long store) {
    List<Long> slots = in.list(CertifyCodec::slot);
    List<Entry> entries = new ArrayList<>(slots.size());
    for (int i = 0; i < slots.size(); i++) {
      long origin = in.i64();
      long incarnation = positive(in, "incarnation");
      long counter = positive(in, "counter");
      entries.add(Entry.payload(View.NONE, origin, incarnation, counter, in.bytes()));
    }
    return new CertifyMessage.Fetched(store, slots, entries);
  }

  /** Only the sequencer of a view speaks so. */
  private static View own(Decoder in, long store) {
    View view = View.decode(in, store);
    if (view.store() != store || view.number() == 0) {
      throw new MalformedException(
          "view " + view + " from store " + Long.toHexString(store), in.offset());
    }
    return view;
  }

  private static long slot(Decoder in) {
    long value = in.varint();
    if (value < 0) {
      throw new MalformedException("number " + Long.toUnsignedString(value), in.offset());
    }
    return value;
  }

  private static long positive(Decoder in, String what) {
    long value = in.varint();
    if (value <= 0) {
      throw new MalformedException(what + " " + Long.toUnsignedString(value), in.offset());
    }
    return value;
  }
}
