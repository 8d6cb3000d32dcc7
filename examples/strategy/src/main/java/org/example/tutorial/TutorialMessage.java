package org.example.tutorial;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Message;

/**
 * What nodes tell each other. Where an answer counts for a quorum it names the {@code store} that
 * gave it: a node that lost its store and came back with another one is not the voter it was.
 */
sealed interface TutorialMessage extends Message {
  /**
   * Who leads with this ballot?
   *
   * @param decided what the sender knows decided
   * @param force also if a leader is there: it has asked the sender to take over
   */
  record Prepare(Ballot ballot, long decided, boolean force) implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(0);
      ballot.encode(out);
      out.varint(decided).bool(force);
    }
  }

  /**
   * Nothing of a lower ballot is accepted from now on; so far accepted is this, from the slot after
   * what the candidate knows decided.
   */
  record Promise(long store, Ballot ballot, List<Vote> accepted) implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(1).i64(store);
      ballot.encode(out);
      out.list(accepted, (o, v) -> v.encode(o));
    }
  }

  /** An accepted value with its ballot. */
  record Vote(Ballot ballot, Entry entry) {
    void encode(Encoder out) {
      ballot.encode(out);
      entry.encode(out);
    }

    static Vote decode(Decoder in) {
      return new Vote(Ballot.decode(in), Entry.decode(in));
    }
  }

  /** A higher ballot was promised. */
  record Reject(Ballot promised) implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(2);
      promised.encode(out);
    }
  }

  /** Values for the slots after {@code previous}. */
  record Accept(Ballot ballot, long previous, long decided, List<Entry> entries)
      implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(3);
      ballot.encode(out);
      out.varint(previous).varint(decided).list(entries, (o, e) -> e.encode(o));
    }
  }

  /**
   * What is on the sender's disk.
   *
   * @param matched all that the leader of this ballot proposed up to here
   * @param decided memberships decided up to here, known to be so even after a restart
   */
  record Accepted(long store, Ballot ballot, long matched, long decided)
      implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(4).i64(store);
      ballot.encode(out);
      out.varint(matched).varint(decided);
    }
  }

  /**
   * The leader is there.
   *
   * @param round rises with each question of reads whether it still leads
   */
  record Heartbeat(Ballot ballot, long decided, long round) implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(5);
      ballot.encode(out);
      out.varint(decided).varint(round);
    }
  }

  /** No higher ballot was promised when this left. */
  record Heard(long store, Ballot ballot, long round) implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(6).i64(store);
      ballot.encode(out);
      out.varint(round);
    }
  }

  /** Values that are decided, for the slots after {@code previous}: the receiver is behind. */
  record Decided(long previous, List<Entry> entries) implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(7).varint(previous).list(entries, (o, e) -> e.encode(o));
    }
  }

  /** The leader of this ballot wants the receiver to lead. */
  record TakeOver(Ballot ballot, long decided) implements TutorialMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(8);
      ballot.encode(out);
      out.varint(decided);
    }
  }

  static TutorialMessage decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int kind = in.u8();
    TutorialMessage message =
        switch (kind) {
          case 0 -> new Prepare(Ballot.decode(in), in.varint(), in.bool());
          case 1 -> new Promise(in.i64(), Ballot.decode(in), in.list(Vote::decode));
          case 2 -> new Reject(Ballot.decode(in));
          case 3 -> new Accept(Ballot.decode(in), in.varint(), in.varint(), in.list(Entry::decode));
          case 4 -> new Accepted(in.i64(), Ballot.decode(in), in.varint(), in.varint());
          case 5 -> new Heartbeat(Ballot.decode(in), in.varint(), in.varint());
          case 6 -> new Heard(in.i64(), Ballot.decode(in), in.varint());
          case 7 -> new Decided(in.varint(), in.list(Entry::decode));
          case 8 -> new TakeOver(Ballot.decode(in), in.varint());
          default -> throw new MalformedException("message of kind " + kind, 0);
        };
    in.end();
    return message;
  }
}
