package org.quorate.raft.invariants;

import java.util.ArrayList;
import java.util.List;
import org.quorate.raft.RaftView;

/** The terms of all entries that were ever seen committed, by index. */
final class CommittedTerms {
  private static final long[] UNSEEN = {0, Long.MAX_VALUE};

  // Index i at i - 1: the entry's term, and the term in which its commitment was first seen.
  private final List<long[]> seen = new ArrayList<>();

  long last() {
    return seen.size();
  }

  /** Adds what a node has newly committed; null, or what contradicts what others committed. */
  String add(String node, RaftView view, long after) {
    for (long i = Math.max(after, view.base()) + 1; i <= view.commit(); i++) {
      while (seen.size() < i) {
        seen.add(UNSEEN);
      }
      long term = view.term(i);
      long[] known = seen.get((int) i - 1);
      if (known == UNSEEN) {
        seen.set((int) i - 1, new long[] {term, view.term()});
      } else if (known[0] != term) {
        return node
            + " committed entry "
            + i
            + " of term "
            + term
            + ", elsewhere committed with term "
            + known[0];
      }
    }
    return null;
  }

  /** Term of the committed entry, or 0 when it was not seen. */
  long term(long index) {
    return seen.get((int) index - 1)[0];
  }

  /** A term in which the entry was known committed. */
  long committedIn(long index) {
    return seen.get((int) index - 1)[1];
  }
}
