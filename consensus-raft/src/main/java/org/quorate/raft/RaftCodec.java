package org.quorate.raft;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.raft.RaftMessage.AppendEntries;
import org.quorate.raft.RaftMessage.AppendReply;
import org.quorate.raft.RaftMessage.Heartbeat;
import org.quorate.raft.RaftMessage.HeartbeatReply;
import org.quorate.raft.RaftMessage.TimeoutNow;
import org.quorate.raft.RaftMessage.VoteReply;
import org.quorate.raft.RaftMessage.VoteRequest;

/** Reads messages; what it lets through the handlers can rely on. */
final class RaftCodec {
  private RaftCodec() {}

  static RaftMessage decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int type = in.u8();
    long term = number(in, "term");
    long store = in.i64();
    RaftMessage message =
        switch (type) {
          case RaftMessage.VOTE_REQUEST ->
              new VoteRequest(
                  term, store, number(in, "index"), number(in, "term"), in.bool(), in.bool());
          case RaftMessage.VOTE_REPLY -> new VoteReply(term, store, in.bool(), in.bool());
          case RaftMessage.APPEND -> append(in, term, store);
          case RaftMessage.APPEND_REPLY -> appendReply(in, term, store);
          case RaftMessage.HEARTBEAT ->
              new Heartbeat(
                  term, store, number(in, "commit"), number(in, "context"), number(in, "floor"));
          case RaftMessage.HEARTBEAT_REPLY ->
              new HeartbeatReply(term, store, number(in, "context"));
          case RaftMessage.TIMEOUT_NOW -> new TimeoutNow(term, store);
          default -> throw new MalformedException("raft message of type " + type, 0);
        };
    in.end();
    return message;
  }

  private static AppendEntries append(Decoder in, long term, long store) {
    long prevIndex = number(in, "index");
    long prevTerm = number(in, "term");
    long commit = number(in, "commit");
    int count = in.count();
    List<Bytes> records = new ArrayList<>(count);
    long before = prevTerm;
    for (int i = 0; i < count; i++) {
      int at = in.offset();
      Bytes record = in.bytes();
      Entry.check(record);
      long of = Entry.term(record);
      if (of < before || of > term) {
        throw new MalformedException(
            "entry of term " + of + " after " + before + " from a leader of " + term, at);
      }
      before = of;
      records.add(record);
    }
    if (prevIndex > Long.MAX_VALUE - count) {
      throw new MalformedException("index " + prevIndex, in.offset());
    }
    return new AppendEntries(term, store, prevIndex, prevTerm, commit, records);
  }

  private static AppendReply appendReply(Decoder in, long term, long store) {
    boolean ok = in.bool();
    long index = number(in, "index");
    return ok
        ? new AppendReply(term, store, true, index, 0, 0)
        : new AppendReply(term, store, false, index, number(in, "hint"), number(in, "term"));
  }

  private static long number(Decoder in, String what) {
    long value = in.varint();
    if (value < 0) {
      throw new MalformedException(what + " " + Long.toUnsignedString(value), in.offset());
    }
    return value;
  }
}
