package org.quorate.raft;

import org.quorate.api.Bytes;

/** Hands committed entries to the virtual log, in order, each once. */
final class Delivering {
  private final Raft raft;
  private long delivered; // [volatile] at most commit

  Delivering(Raft raft, long delivered) {
    this.raft = raft;
    this.delivered = delivered;
  }

  void skipTo(long index) {
    delivered = index;
  }

  void run() {
    long commit = raft.commit();
    if (delivered == commit) {
      return;
    }
    boolean silent = false;
    for (long i = delivered + 1; i <= commit; i++) {
      Bytes record = raft.log.record(i);
      int type = Entry.type(record);
      silent = type != Entry.PAYLOAD && type != Entry.SEAL;
      if (!silent) {
        raft.out.deliver(i, Entry.content(record));
      }
    }
    delivered = commit;
    if (silent) {
      raft.out.decided(commit);
    }
  }
}
