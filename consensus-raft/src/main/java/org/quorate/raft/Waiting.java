package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Submission;

/** Submissions of this node that are in its log and not yet committed, in the order of the log. */
final class Waiting {
  private Submission[] submissions = new Submission[64];
  private long[] indexes = new long[64];
  private int head;
  private int size;

  void add(long index, Submission submission) {
    if (size == indexes.length) {
      grow();
    }
    int slot = head + size & indexes.length - 1;
    submissions[slot] = submission;
    indexes[slot] = index;
    size++;
  }

  private void grow() {
    Submission[] moreSubmissions = new Submission[size * 2];
    long[] moreIndexes = new long[size * 2];
    for (int i = 0; i < size; i++) {
      int slot = head + i & size - 1;
      moreSubmissions[i] = submissions[slot];
      moreIndexes[i] = indexes[slot];
    }
    submissions = moreSubmissions;
    indexes = moreIndexes;
    head = 0;
  }

  /** Up to here everything is committed. */
  void dropTo(long index) {
    while (size > 0 && indexes[head] <= index) {
      submissions[head] = null;
      head = head + 1 & indexes.length - 1;
      size--;
    }
  }

  void giveUp(Effects out, NodeId hint) {
    for (int i = 0; i < size; i++) {
      out.refuse(submissions[head + i & indexes.length - 1], new Refusal.FateUnknown(hint));
    }
    submissions = new Submission[64];
    indexes = new long[64];
    head = 0;
    size = 0;
  }

  int size() {
    return size;
  }
}
