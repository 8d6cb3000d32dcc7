package org.quorate.certify;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Message;

/** What members say to each other. Each message names the store it comes from. */
sealed interface CertifyMessage extends Message {
  int PAYLOADS = 1;
  int ORDER = 2;
  int ACK = 3;
  int GAP = 4;
  int BEAT = 5;
  int BEAT_REPLY = 6;
  int CANVASS = 7;
  int CANVASS_REPLY = 8;
  int PREPARE = 9;
  int PROMISE = 10;
  int FETCH = 11;
  int FETCHED = 12;
  int TAIL_ASK = 13;
  int TAIL_IS = 14;
  int TAKE_OVER = 15;
  int DONATE = 16;
  int DONATED = 17;

  /** The sender's store. */
  long store();

  /** An origin's payloads, with consecutive counters. */
  record Payloads(long store, long incarnation, long first, List<Bytes> payloads)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(PAYLOADS).i64(store).varint(incarnation).varint(first).list(payloads, Encoder::bytes);
    }
  }

  /**
   * The sequencer's order records behind a slot; payloads are in it only if the sequencer is their
   * origin.
   *
   * @param stable up to here the log is stable
   * @param inline the origin whose payloads are in it, 0 for none; not on the wire
   */
  record Order(
      long store,
      View view,
      long prevSlot,
      View prevView,
      long stable,
      List<Entry> entries,
      long inline)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(ORDER).i64(store);
      view.encode(out, store);
      out.varint(prevSlot);
      prevView.encode(out, store);
      out.varint(stable);
      EntryCodec.encode(entries, view, store, inline, out);
    }
  }

  /**
   * The sender's log is that of the view up to a slot, payloads included, on disk.
   *
   * @param delivered what the sender has delivered
   */
  record Ack(long store, View view, long slot, long delivered) implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(ACK).i64(store);
      view.encode(out, store);
      out.varint(slot).varint(delivered);
    }
  }

  /**
   * Order records did not fit to the sender's log.
   *
   * @param prevSlot the slot they were to follow
   * @param hintSlot where the logs may agree
   */
  record Gap(long store, View view, long prevSlot, long hintSlot, View hintView)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(GAP).i64(store);
      view.encode(out, store);
      out.varint(prevSlot).varint(hintSlot);
      hintView.encode(out, store);
    }
  }

  /**
   * The sequencer is there.
   *
   * @param floor every member has the log up to here
   * @param slowest slots that the slowest member within the lag budget is behind
   * @param joins whether the receiver gets a snapshot, since the log does not reach back to it
   * @param reply whether it is to be answered
   */
  record Beat(
      long store, View view, long stable, long floor, long slowest, boolean joins, boolean reply)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(BEAT).i64(store);
      view.encode(out, store);
      out.varint(stable).varint(floor).varint(slowest).bool(joins).bool(reply);
    }
  }

  /**
   * The sender is there.
   *
   * @param view the view it promised, which may be a later one
   */
  record BeatReply(long store, View view, long slot, long delivered) implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(BEAT_REPLY).i64(store);
      view.encode(out, store);
      out.varint(slot).varint(delivered);
    }
  }

  /**
   * Would the receiver promise this view?
   *
   * @param from the sender's log is stable up to here
   * @param last where its log ends
   * @param lastView the view of that slot
   */
  record Canvass(long store, View view, long from, long last, View lastView)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(CANVASS).i64(store);
      view.encode(out, store);
      out.varint(from).varint(last);
      lastView.encode(out, store);
    }
  }

  /**
   * It would, or would not.
   *
   * @param promised the view that the sender promised, which may be a later one
   */
  record CanvassReply(long store, View view, boolean granted, View promised)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(CANVASS_REPLY).i64(store);
      view.encode(out, store);
      out.bool(granted);
      promised.encode(out, store);
    }
  }

  /**
   * Promise to acknowledge nothing of an earlier view, and tell what your log holds.
   *
   * @param from the proposer's log is stable up to here
   * @param last where its log ends
   * @param lastView the view of that slot
   * @param handOver the sequencer wants it so
   */
  record Prepare(long store, View view, long from, long last, View lastView, boolean handOver)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(PREPARE).i64(store);
      view.encode(out, store);
      out.varint(from).varint(last);
      lastView.encode(out, store);
      out.bool(handOver);
    }
  }

  /**
   * Promised, on disk; or refused.
   *
   * @param from the slot that {@code entries} follow
   * @param fromView the view of that slot; of a refusal the view that the sender promised
   * @param stable up to here the sender's log is known stable
   * @param entries the sender's log, without payloads
   */
  record Promise(
      long store, View view, boolean ok, long from, View fromView, long stable, List<Entry> entries)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(PROMISE).i64(store);
      view.encode(out, store);
      out.bool(ok).varint(from);
      fromView.encode(out, store);
      out.varint(stable);
      EntryCodec.encode(entries, view, store, 0, out);
    }

    long last() {
      return from + entries.size();
    }

    View lastView() {
      return entries.isEmpty() ? fromView : entries.get(entries.size() - 1).view;
    }
  }

  /** Send the payloads of these slots. */
  record Fetch(long store, List<Long> slots) implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(FETCH).i64(store).list(slots, Encoder::varint);
    }
  }

  /** Those that the sender has, with the slot asked for. */
  record Fetched(long store, List<Long> slots, List<Entry> entries) implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(FETCHED).i64(store).list(slots, Encoder::varint);
      for (Entry e : entries) {
        out.i64(e.store).varint(e.incarnation).varint(e.counter).bytes(e.body());
      }
    }
  }

  /**
   * Where does your log end?
   *
   * @param incarnation the sender's start, since rounds are counted anew in each
   */
  record TailAsk(long store, long incarnation, long round) implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(TAIL_ASK).i64(store).varint(incarnation).varint(round);
    }
  }

  /**
   * The sender's log of the view ends there.
   *
   * @param incarnation the asker's start
   * @param version of the membership in the sender's log
   */
  record TailIs(long store, View view, long incarnation, long round, long slot, long version)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(TAIL_IS).i64(store);
      view.encode(out, store);
      out.varint(incarnation).varint(round).varint(slot).varint(version);
    }
  }

  /** The sequencer of the view wants the receiver to follow it. */
  record TakeOver(long store, View view) implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(TAKE_OVER).i64(store);
      view.encode(out, store);
    }
  }

  /**
   * The sequencer of the view wants the receiver to give a member a snapshot.
   *
   * @param to the member's store
   * @param slot that it has to reach
   * @param with members that may give it together with the receiver, the most wanted first
   */
  record Donate(long store, View view, long to, long slot, List<NodeId> with)
      implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(DONATE).i64(store);
      view.encode(out, store);
      out.i64(to).varint(slot).list(with, (e, node) -> e.text(node.name()));
    }
  }

  /**
   * The sender has given a member a snapshot, or cannot.
   *
   * @param to the member's store
   * @param slot that the member has reached by it
   */
  record Donated(long store, long to, long slot, boolean ok) implements CertifyMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(DONATED).i64(store).i64(to).varint(slot).bool(ok);
    }
  }
}
