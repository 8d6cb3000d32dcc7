package org.example.tutorial;

import org.example.tutorial.TutorialMessage.TakeOver;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.transport.Lane;

/** Leadership on its way to another voter. The leader proposes nothing meanwhile. */
final class HandOver {
  private final Peer to;
  private final long ticket;
  private final long deadlineMs;
  private boolean told;

  HandOver(Peer to, long ticket, long deadlineMs) {
    this.to = to;
    this.ticket = ticket;
    this.deadlineMs = deadlineMs;
  }

  Member to() {
    return to.member;
  }

  long ticket() {
    return ticket;
  }

  long deadlineMs() {
    return deadlineMs;
  }

  /** Whether it was not told yet, and all that was proposed is decided and there. */
  boolean mayTell(long decided, long top) {
    return !told && decided == top && to.match >= decided;
  }

  void tell(Ballot ballot, long decided, Effects out) {
    told = true;
    out.send(to.member.node(), Lane.CONTROL, new TakeOver(ballot, decided));
  }
}
