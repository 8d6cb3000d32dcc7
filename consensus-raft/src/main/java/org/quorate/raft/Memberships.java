package org.quorate.raft;

import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** Questions to a membership, and the rule of what one change may do. */
final class Memberships {
  private Memberships() {}

  static Member find(Membership membership, NodeId node) {
    for (Member m : membership.members()) {
      if (m.node().equals(node)) {
        return m;
      }
    }
    return null;
  }

  /** Whether the very store counts: a node that came back with another store does not. */
  static boolean votes(Membership membership, Member who) {
    Member listed = find(membership, who.node());
    return listed != null && listed.role() == Role.VOTER && listed.storeId() == who.storeId();
  }

  /** The voter listed first, or null. */
  static Member firstVoter(Membership membership) {
    for (Member m : membership.members()) {
      if (m.role() == Role.VOTER) {
        return m;
      }
    }
    return null;
  }

  static int voters(Membership membership) {
    int voters = 0;
    for (Member m : membership.members()) {
      if (m.role() == Role.VOTER) {
        voters++;
      }
    }
    return voters;
  }

  /**
   * Why {@code next} must not follow {@code now}, or null. Raft §4.1: memberships that differ by one
   * voter always have a common member in their majorities, two changes at once need not.
   */
  static String objection(Membership now, Membership next) {
    if (next.version() != now.version() + 1) {
      return "membership version " + next.version() + " does not follow " + now.version();
    }
    if (voters(next) == 0) {
      return "no voter is left";
    }
    int changes = 0;
    NodeId before = null;
    for (Member m : next.members()) {
      if (m.node().equals(before)) {
        return m.node() + " is listed twice";
      }
      before = m.node();
      if (m.role() != Role.VOTER && m.role() != Role.LEARNER) {
        return "raft knows no " + m.role();
      }
      if (m.weight() != 1) {
        return m.node() + " has weight " + m.weight() + ", in raft every vote weighs 1";
      }
      Member old = find(now, m.node());
      if (!m.equals(old)) {
        changes++;
        if (m.desynced() && (old == null || !old.desynced())) {
          return "in raft nobody waits for a slow member: there is nothing to desync "
              + m.node()
              + " from";
        }
        if (old != null
            && old.role() == Role.VOTER
            && m.role() == Role.VOTER
            && old.storeId() != m.storeId()) {
          return m.node() + " has a new store: make it a learner first";
        }
      }
    }
    for (Member m : now.members()) {
      if (find(next, m.node()) == null) {
        changes++;
      }
    }
    return changes <= 1 ? null : changes + " members change, at most one may";
  }

  static Membership decode(Decoder in) {
    int at = in.offset();
    try {
      return Membership.decode(in);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("membership: " + e.getMessage(), at);
    }
  }

  static void encode(Membership membership, Encoder out) {
    membership.encode(out);
  }
}
