package org.quorate.raft;

import java.util.StringJoiner;
import org.quorate.api.Bytes;
import org.quorate.spi.consensus.Message;
import org.quorate.tck.protocol.Dialect;

/** Short words for messages and logs, for transcripts. */
final class Words implements Dialect {
  @Override
  public Message decode(Bytes frame) {
    return RaftCodec.decode(frame);
  }

  @Override
  public String kind(Message message) {
    return kind((RaftMessage) message);
  }

  @Override
  public String words(Message message) {
    return of((RaftMessage) message);
  }

  private static String kind(RaftMessage message) {
    if (message instanceof RaftMessage.VoteRequest m) {
      return m.preVote() ? "prevote" : "vote";
    } else if (message instanceof RaftMessage.VoteReply m) {
      return m.preVote() ? "prevoted" : "voted";
    } else if (message instanceof RaftMessage.AppendEntries) {
      return "append";
    } else if (message instanceof RaftMessage.AppendReply) {
      return "appended";
    } else if (message instanceof RaftMessage.Heartbeat) {
      return "beat";
    } else if (message instanceof RaftMessage.HeartbeatReply) {
      return "beaten";
    }
    return "timeout-now";
  }

  private static String of(RaftMessage message) {
    String head = kind(message) + " t" + message.term();
    if (message instanceof RaftMessage.VoteRequest m) {
      return head
          + " last "
          + m.lastIndex()
          + "/t"
          + m.lastTerm()
          + (m.transfer() ? " transfer" : "");
    } else if (message instanceof RaftMessage.VoteReply m) {
      return head + (m.granted() ? " granted" : " refused");
    } else if (message instanceof RaftMessage.AppendEntries m) {
      StringJoiner records = new StringJoiner(" ", "[", "]");
      m.records().forEach(r -> records.add(entry(r)));
      String prev = " prev " + m.prevIndex() + "/t" + m.prevTerm() + " ";
      return head + prev + records + " commit " + m.commit();
    } else if (message instanceof RaftMessage.AppendReply m) {
      return head
          + (m.ok()
              ? " ok " + m.index()
              : " refused " + m.index() + " hint " + m.hintIndex() + "/t" + m.hintTerm());
    } else if (message instanceof RaftMessage.Heartbeat m) {
      return head + " commit " + m.commit() + (m.context() > 0 ? " read " + m.context() : "");
    } else if (message instanceof RaftMessage.HeartbeatReply m) {
      return head + (m.context() > 0 ? " read " + m.context() : "");
    }
    return head;
  }

  static String entry(Bytes record) {
    String term = "t" + Entry.term(record) + ":";
    return term
        + switch (Entry.type(record)) {
          case Entry.NOOP -> "-";
          case Entry.CONFIG -> "config" + Entry.membership(record).version();
          case Entry.SEAL -> "seal" + Entry.planId(record);
          default -> cut(Entry.content(record));
        };
  }

  private static String cut(Bytes payload) {
    return payload.length() <= 12 ? payload.utf8() : payload.length() + "B";
  }

  static String log(RaftView view) {
    StringJoiner log = new StringJoiner(" ", view.base() + "|", "");
    for (long i = view.base() + 1; i <= view.last(); i++) {
      log.add(entry(view.record(i)));
    }
    return log.toString();
  }
}
