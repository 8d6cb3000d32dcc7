package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Role;

/** Orders a membership, one change at a time; it is in force as soon as it is in the log. */
final class OnConfigure {
  private final Certify certify;

  OnConfigure(Certify certify) {
    this.certify = certify;
  }

  void handle(Event.Configure event) {
    Sequencer sequencing = certify.sequencing();
    Membership now = certify.configs.current();
    Membership next = event.next();
    if (sequencing != null && next.equals(now)) {
      sequencing.tickets().add(certify.configs.index(), event.ticket()); // asked again
      return;
    }
    Refusal why = objection(sequencing, now, next);
    if (why == null && event.donor() != null) {
      why = donor(next, event.donor());
    }
    if (why != null) {
      certify.out.answer(event.ticket(), why);
      return;
    }
    if (event.donor() != null) {
      certify.donors.prefer(next, event.donor());
    }
    long slot = certify.append(Entry.config(certify.view(), next));
    sequencing.tickets().add(slot, event.ticket());
  }

  private Refusal objection(Sequencer sequencing, Membership now, Membership next) {
    if (sequencing == null) {
      return new Refusal.NotProposer(certify.sequencer);
    }
    if (certify.configs.index() > certify.stable()) {
      return busy("membership change under way");
    }
    if (certify.seals.last() > certify.stable()) {
      return busy("the link is being sealed"); // the change would be lost behind the seal
    }
    if (!sequencing.anchored()) {
      // Or two sequencers may change from one membership, each with a quorum of its own.
      return busy("no quorum has the first slot of this view yet");
    }
    Member self = Memberships.find(next, certify.self.node());
    if (self != null && self.desynced()) {
      return new Refusal.Invalid(
          self.node() + " sequences, so all wait for it: hand over to another member first");
    }
    String invalid = Memberships.objection(now, next);
    return invalid != null ? new Refusal.Invalid(invalid) : behind(now, next);
  }

  private static Refusal donor(Membership next, NodeId donor) {
    Member gives = Memberships.find(next, donor);
    return gives != null && gives.role() != Role.WITNESS
        ? null
        : new Refusal.Invalid("donor " + donor + " is no member that keeps data");
  }

  /** A learner that is made a voter too early could hold up stability. */
  private Refusal behind(Membership now, Membership next) {
    for (Member m : next.members()) {
      Member old = Memberships.find(now, m.node());
      if (m.role() == Role.VOTER && old != null && old.role() == Role.LEARNER) {
        Peer p = certify.peers.find(m.node(), old.storeId());
        if (old.storeId() != m.storeId() || p != null && p.state != Peer.State.STREAM) {
          return busy("learner " + m.node() + " is catching up");
        }
      }
    }
    return null;
  }

  private Refusal busy(String limit) {
    return new Refusal.Busy(limit, certify.options.heartbeatMs());
  }
}
