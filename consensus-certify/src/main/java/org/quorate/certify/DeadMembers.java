package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/**
 * Lets the group go on with fewer when members die one after the other: the sequencer orders the
 * removal of a voting member that was silent for long, if that is wanted. The removal is a decision
 * of a quorum like any, so two sides of a partition never both shrink the group. The member comes
 * back by being added again.
 */
final class DeadMembers {
  private final Certify certify;

  DeadMembers(Certify certify) {
    this.certify = certify;
  }

  /** At an anchored sequencer, with each heartbeat. */
  void judge() {
    long after = certify.options.removeDeadMs();
    if (after == 0 || certify.configs.index() > certify.stable()) {
      return;
    }
    long since = certify.timers.nowMs() - after;
    for (Peer p : certify.peers.all()) {
      if (p.votes() && p.contactMs <= since) {
        remove(p);
        return; // one change at a time
      }
    }
  }

  private void remove(Peer dead) {
    Membership now = certify.configs.current();
    List<Member> rest = new ArrayList<>();
    for (Member m : now.members()) {
      if (!dead.is(m)) {
        rest.add(m);
      }
    }
    Membership next = new Membership(now.version() + 1, rest);
    if (Memberships.objection(now, next) == null) {
      certify.append(Entry.config(certify.view(), next));
    }
  }
}
