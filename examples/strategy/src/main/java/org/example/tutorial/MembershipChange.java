package org.example.tutorial;

import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** Which membership may follow which. */
final class MembershipChange {
  private MembershipChange() {}

  /**
   * Why {@code next} must not follow {@code now}, or null. Paxos itself would take any; with one
   * change at a time every majority of the new voters has one that knows all that is decided.
   */
  static String objection(Membership now, Membership next) {
    if (next.version() != now.version() + 1) {
      return "membership version " + next.version() + " does not follow " + now.version();
    }
    if (next.voters().isEmpty()) {
      return "no voter is left";
    }
    int changes = 0;
    for (Member member : next.members()) {
      if (member.role() != Role.VOTER && member.role() != Role.LEARNER) {
        return TutorialStrategy.NAME + " knows no " + member.role();
      }
      if (member.weight() != 1) {
        return member.node() + " has weight " + member.weight() + ", every vote weighs 1";
      }
      Member old = now.find(member.node()).orElse(null);
      if (member.equals(old)) {
        continue;
      }
      changes++;
      if (old != null && member.role() == Role.VOTER && old.storeId() != member.storeId()) {
        return member.node() + " has a new store: make it a learner first";
      }
    }
    for (Member member : now.members()) {
      if (next.find(member.node()).isEmpty()) {
        changes++;
      }
    }
    return changes <= 1 ? null : changes + " members change, at most one may";
  }

  /** The learner that {@code next} makes a voter, or null. */
  static Member promoted(Membership now, Membership next) {
    for (Member member : next.members()) {
      boolean learned =
          now.find(member.node()).map(old -> old.role() == Role.LEARNER).orElse(false);
      if (learned && member.role() == Role.VOTER) {
        return member;
      }
    }
    return null;
  }
}
