package org.quorate.certify;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
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

  static boolean votes(Role role) {
    return role == Role.VOTER || role == Role.WITNESS; // null is a stranger
  }

  /** Whether the very store is listed: a node that came back with another is a stranger. */
  static Role role(Membership membership, NodeId node, long store) {
    Member listed = find(membership, node);
    return listed == null || listed.storeId() != store ? null : listed.role();
  }

  static int count(Membership membership, Role role) {
    int count = 0;
    for (Member m : membership.members()) {
      count += m.role() == role ? 1 : 0;
    }
    return count;
  }

  /**
   * Why {@code next} must not follow {@code now}, or null. One member may change at a time, and by no
   * more weight than leaves every majority of the one a common member with every majority of the
   * other.
   */
  static String objection(Membership now, Membership next) {
    if (next.version() != now.version() + 1) {
      return "membership version " + next.version() + " does not follow " + now.version();
    }
    if (count(next, Role.VOTER) == 0) {
      return "no voter is left";
    }
    int changes = 0;
    NodeId before = null;
    for (Member m : next.members()) {
      if (m.node().equals(before)) {
        return m.node() + " is listed twice";
      }
      before = m.node();
      if (!votes(m.role()) && m.role() != Role.LEARNER) {
        return "certify knows no " + m.role();
      }
      Member old = find(now, m.node());
      if (!m.equals(old)) {
        changes++;
        String wrong = old == null ? null : objection(old, m);
        if (wrong != null) {
          return wrong;
        }
      }
    }
    for (Member m : now.members()) {
      if (find(next, m.node()) == null) {
        changes++;
      }
    }
    if (changes > 1) {
      return changes + " members change, at most one may";
    }
    return overlap(now, next)
        ? null
        : "weights change by too much at once: a majority of "
            + now
            + " could decide without one of "
            + next;
  }

  /**
   * Whether any two majorities meet. Of the members that do not change a set {@code s} may be in the
   * old majority and the rest in the new one; the member that changes helps one of them.
   */
  private static boolean overlap(Membership now, Membership next) {
    int oldTotal = weight(now);
    int newTotal = weight(next);
    boolean[] sums = new boolean[oldTotal + 1]; // weights that a set of unchanged members can have
    sums[0] = true;
    int changedOld = 0;
    int unchanged = 0;
    for (Member m : now.members()) {
      if (!votes(m.role())) {
        continue;
      }
      Member later = find(next, m.node());
      if (later != null && votes(later.role()) && later.weight() == m.weight()) {
        unchanged += m.weight();
        for (int sum = oldTotal - m.weight(); sum >= 0; sum--) {
          sums[sum + m.weight()] |= sums[sum];
        }
      } else {
        changedOld += m.weight();
      }
    }
    int changedNew = newTotal - unchanged;
    for (int sum = 0; sum <= unchanged; sum++) {
      int rest = unchanged - sum;
      boolean apart =
          2 * (sum + changedOld) > oldTotal && 2 * rest > newTotal
              || 2 * sum > oldTotal && 2 * (rest + changedNew) > newTotal;
      if (sums[sum] && apart) {
        return false;
      }
    }
    return true;
  }

  private static int weight(Membership membership) {
    int total = 0;
    for (Member m : membership.members()) {
      total += votes(m.role()) ? m.weight() : 0;
    }
    return total;
  }

  private static String objection(Member old, Member next) {
    if (votes(old.role()) && votes(next.role()) && old.storeId() != next.storeId()) {
      return next.node() + " has a new store: make it a learner first";
    }
    if (old.storeId() == next.storeId()
        && old.role() != next.role()
        && (old.role() == Role.WITNESS || next.role() == Role.WITNESS)) {
      return next.node()
          + " keeps "
          + (old.role() == Role.WITNESS ? "no" : "")
          + " payload:"
          + " remove it and add it with a new store";
    }
    return null;
  }

  static Membership decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    Membership membership = decode(in);
    in.end();
    return membership;
  }

  static Membership decode(Decoder in) {
    int at = in.offset();
    try {
      return Membership.decode(in);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("membership: " + e.getMessage(), at);
    }
  }
}
