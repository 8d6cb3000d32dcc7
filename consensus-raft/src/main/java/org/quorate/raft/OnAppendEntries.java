package org.quorate.raft;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.raft.RaftMessage.AppendEntries;
import org.quorate.raft.RaftMessage.AppendReply;
import org.quorate.spi.transport.Lane;

/** Takes a leader's entries. Raft §3.5. */
final class OnAppendEntries {
  private final Raft raft;

  OnAppendEntries(Raft raft) {
    this.raft = raft;
  }

  void handle(NodeId from, AppendEntries m) {
    if (m.store() != raft.self.storeId()) {
      return; // meant for the store that was here before
    }
    if (m.term() < raft.hard.term()) {
      refuse(from, m, 0, 0);
      return;
    }
    if (!LeaderContact.accept(raft, from, m.term())) {
      return;
    }
    long commit = raft.commit();
    long prev = m.prevIndex();
    if (prev > commit && raft.log.term(prev) != m.prevTerm()) {
      // Raft §3.5: the hint skips a whole term that cannot agree.
      long hint = raft.log.lastNotAbove(prev - 1, m.prevTerm());
      refuse(from, m, hint, raft.log.term(hint));
      return;
    }
    if (prev <= commit && prev >= raft.log.base() && raft.log.term(prev) != m.prevTerm()) {
      contradicts(from, prev, m.prevTerm());
      return;
    }
    if (!take(from, m)) {
      return;
    }
    // What is committed is in every leader's log: it agrees even if the message ends before.
    long agreed = Math.max(prev + m.records().size(), commit);
    raft.promises.acknowledge(from, agreed);
    raft.commitTo(Math.min(m.commit(), agreed));
  }

  private boolean take(NodeId from, AppendEntries m) {
    List<Bytes> records = m.records();
    long base = raft.log.base();
    for (int i = (int) Math.max(0, base - m.prevIndex()); i < records.size(); i++) {
      Bytes record = records.get(i);
      long index = m.prevIndex() + 1 + i;
      if (index <= raft.log.last()) {
        if (!raft.rules.removes(raft.log.term(index), Entry.term(record))) {
          continue;
        }
        if (index <= raft.commit() && raft.log.term(index) != Entry.term(record)) {
          contradicts(from, index, Entry.term(record));
          return false;
        }
        raft.truncateFrom(index);
      }
      raft.append(record);
    }
    return true;
  }

  private void contradicts(NodeId leader, long index, long term) {
    raft.halt(
        "leader "
            + leader
            + " has term "
            + term
            + " at "
            + index
            + ", committed here with term "
            + raft.log.term(index));
  }

  private void refuse(NodeId from, AppendEntries m, long hintIndex, long hintTerm) {
    raft.out.send(
        from,
        Lane.DATA,
        new AppendReply(
            raft.hard.term(), raft.self.storeId(), false, m.prevIndex(), hintIndex, hintTerm));
  }
}
