package org.quorate.raft;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * Term and vote. Changes are written by {@link Disk} at the end of the step, before any log entry of
 * the term and before any promise that rests on them. Raft §3.8.
 */
final class HardState {
  private static final int VERSION = 1;

  private long term; // [persistent] never falls
  private NodeId vote; // [persistent] changes once per term, from null
  private long durableTerm; // [volatile] what a restart would find at least
  private NodeId durableVote; // [volatile] of durableTerm
  private boolean dirty; // [volatile] changed since it was last handed to the disk

  private HardState() {}

  static HardState fresh() {
    return new HardState();
  }

  static HardState decode(Bytes stable) {
    Decoder in = new Decoder(stable);
    int version = in.u8();
    if (version != VERSION) {
      throw new MalformedException("term and vote of format " + version, 0);
    }
    HardState state = new HardState();
    state.term = in.i64();
    if (in.bool()) {
      try {
        state.vote = NodeId.of(in.text());
      } catch (IllegalArgumentException e) {
        throw new MalformedException("vote: " + e.getMessage(), in.offset());
      }
    }
    in.end();
    if (state.term < 0) {
      throw new MalformedException("term " + state.term, 1);
    }
    state.durable(state.term, state.vote);
    return state;
  }

  Bytes encode() {
    Encoder out = new Encoder(80).u8(VERSION).i64(term).bool(vote != null);
    if (vote != null) {
      out.text(vote.name());
    }
    dirty = false;
    return out.take();
  }

  long term() {
    return term;
  }

  NodeId vote() {
    return vote;
  }

  boolean dirty() {
    return dirty;
  }

  void adopt(long higher) {
    if (higher <= term) {
      throw new IllegalStateException("term " + higher + " after " + term);
    }
    term = higher;
    vote = null;
    dirty = true;
  }

  void voteFor(NodeId candidate) {
    if (vote != null && !vote.equals(candidate)) {
      throw new IllegalStateException(
          "second vote in term " + term + ": " + candidate + " after " + vote);
    }
    if (vote == null) {
      vote = candidate;
      dirty = true;
    }
  }

  void durable(long ofTerm, NodeId ofVote) {
    durableTerm = ofTerm;
    durableVote = ofVote;
  }

  long durableTerm() {
    return durableTerm;
  }

  NodeId durableVote() {
    return durableVote;
  }
}
