package org.quorate.raft;

import java.util.List;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Submission;

/** Appends what is submitted, or says at once that it does not. Raft §3.5. */
final class OnSubmitted {
  private final Raft raft;

  OnSubmitted(Raft raft) {
    this.raft = raft;
  }

  void handle(List<Submission> submissions) {
    Leader leader = raft.leading();
    long term = raft.hard.term();
    int count = submissions.size();
    for (int i = 0; i < count; i++) {
      Submission submission = submissions.get(i);
      Refusal why = objection(leader, submission.payload().length());
      if (why == null) {
        leader.waiting().add(raft.append(Entry.payload(term, submission.payload())), submission);
      } else {
        raft.out.refuse(submission, why);
      }
    }
  }

  private Refusal objection(Leader leader, int length) {
    if (leader == null) {
      return new Refusal.NotProposer(raft.leader);
    }
    if (length > raft.options.maxEntryBytes()) {
      return new Refusal.Invalid(
          length
              + " bytes are over "
              + RaftOptions.ENTRY_MAX_BYTES.name()
              + "="
              + raft.options.maxEntryBytes());
    }
    if (leader.transfer() != null) {
      // Not taken rather than lost (hashicorp/raft GH-581).
      return new Refusal.Busy("leadership transfer", raft.options.heartbeatMs());
    }
    long uncommitted = raft.log.bytes(raft.commit(), raft.log.last());
    if (uncommitted > 0
        && uncommitted + Entry.HEADER_BYTES + length > raft.options.uncommittedBytes()) {
      return new Refusal.Busy(RaftOptions.UNCOMMITTED_BYTES.name(), raft.options.heartbeatMs());
    }
    return null;
  }
}
