package org.quorate.certify;

import java.util.ArrayList;
import java.util.function.ToLongFunction;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** The weighted votes of one membership, as this node counts them. */
final class Ballots {
  private final Peer[] peers; // null is this node
  private final int[] weights;
  private final boolean[] payload;
  private final long[] values;
  private final int[] order;

  Ballots(Membership membership, Member self, Peers known) {
    ArrayList<Member> voting = new ArrayList<>();
    for (Member m : membership.members()) {
      if (Memberships.votes(m.role())) {
        voting.add(m);
      }
    }
    int n = voting.size();
    peers = new Peer[n];
    weights = new int[n];
    payload = new boolean[n];
    values = new long[n];
    order = new int[n];
    for (int i = 0; i < n; i++) {
      Member m = voting.get(i);
      boolean own = m.node().equals(self.node()) && m.storeId() == self.storeId();
      peers[i] = own ? null : known.find(m.node(), m.storeId());
      weights[i] = m.weight();
      payload[i] = m.role() == Role.VOTER;
    }
  }

  int size() {
    return peers.length;
  }

  /** The highest value that more than half of the weight has reached. */
  long majority(ToLongFunction<Peer> value, long own) {
    return majority(value, own, false);
  }

  /** The same of those alone that keep payload. */
  long keepers(ToLongFunction<Peer> value, long own) {
    return majority(value, own, true);
  }

  private long majority(ToLongFunction<Peer> value, long own, boolean payloadOnly) {
    int n = 0;
    int total = 0;
    for (int i = 0; i < peers.length; i++) {
      if (payloadOnly && !payload[i]) {
        continue;
      }
      values[i] = peers[i] == null ? own : value.applyAsLong(peers[i]);
      total += weights[i];
      int at = n++;
      while (at > 0 && values[order[at - 1]] < values[i]) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = i;
    }
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += weights[order[i]];
      if (2 * sum > total) {
        return values[order[i]];
      }
    }
    return Long.MIN_VALUE; // nobody votes
  }
}
