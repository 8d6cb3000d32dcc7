package org.quorate.raft;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Message;

/**
 * What nodes say to each other. {@code store} is the identity of the store that a request is meant
 * for, and that a reply comes from: a node whose store was replaced is somebody else.
 */
sealed interface RaftMessage extends Message {
  int VOTE_REQUEST = 1;
  int VOTE_REPLY = 2;
  int APPEND = 3;
  int APPEND_REPLY = 4;
  int HEARTBEAT = 5;
  int HEARTBEAT_REPLY = 6;
  int TIMEOUT_NOW = 7;

  long term();

  long store();

  /**
   * Raft §3.4, §9.6.
   *
   * @param term the candidate's; with pre-vote the one it would campaign in
   * @param transfer the leader wants this election: no stickiness
   */
  record VoteRequest(
      long term, long store, long lastIndex, long lastTerm, boolean preVote, boolean transfer)
      implements RaftMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(VOTE_REQUEST).varint(term).i64(store).varint(lastIndex).varint(lastTerm);
      out.bool(preVote).bool(transfer);
    }
  }

  /**
   * @param term of a granted pre-vote: the request's; otherwise the voter's
   */
  record VoteReply(long term, long store, boolean preVote, boolean granted) implements RaftMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(VOTE_REPLY).varint(term).i64(store).bool(preVote).bool(granted);
    }
  }

  /**
   * Raft §3.5.
   *
   * @param prevIndex index before the first record
   */
  record AppendEntries(
      long term, long store, long prevIndex, long prevTerm, long commit, List<Bytes> records)
      implements RaftMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(APPEND).varint(term).i64(store).varint(prevIndex).varint(prevTerm).varint(commit);
      int count = records.size();
      out.varint(count);
      for (int i = 0; i < count; i++) {
        out.bytes(records.get(i));
      }
    }
  }

  /**
   * @param ok whether the logs agreed at {@code index}
   * @param index ok: the log agrees and is durable up to here; otherwise the prevIndex refused
   * @param hintIndex refused: where the logs may agree
   * @param hintTerm term of the follower's entry there
   */
  record AppendReply(long term, long store, boolean ok, long index, long hintIndex, long hintTerm)
      implements RaftMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(APPEND_REPLY).varint(term).i64(store).bool(ok).varint(index);
      if (!ok) {
        out.varint(hintIndex).varint(hintTerm);
      }
    }
  }

  /**
   * @param commit at most what the leader knows durable at the receiver
   * @param context number of the newest round of reads
   * @param floor what every peer has: nobody needs the log up to here
   */
  record Heartbeat(long term, long store, long commit, long context, long floor)
      implements RaftMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(HEARTBEAT).varint(term).i64(store).varint(commit).varint(context).varint(floor);
    }
  }

  /**
   * @param context the heartbeat's
   */
  record HeartbeatReply(long term, long store, long context) implements RaftMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(HEARTBEAT_REPLY).varint(term).i64(store).varint(context);
    }
  }

  /** Raft §3.10: the receiver is to campaign at once. */
  record TimeoutNow(long term, long store) implements RaftMessage {
    @Override
    public void encode(Encoder out) {
      out.u8(TIMEOUT_NOW).varint(term).i64(store);
    }
  }
}
