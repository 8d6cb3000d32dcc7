package org.quorate.core.swap;

import java.util.List;
import java.util.function.LongPredicate;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/**
 * In which order the members of a group checkpoint behind a seal, so that not all of them write, and
 * drop what they had kept, at the same moment: voters first, since they are what retiring waits for,
 * of these last the one that leads. Members that think different ones lead checkpoint at once, which
 * costs time and nothing else.
 */
public final class CheckpointOrder {
  private CheckpointOrder() {}

  /**
   * How many members come before one and are not known to be beyond the seal.
   *
   * @param leads the member that leads as far as is known, or null
   * @param beyond tells of a store whether it is known to be beyond the seal
   */
  public static int ahead(Membership members, NodeId one, NodeId leads, LongPredicate beyond) {
    List<Member> all = members.members();
    int own = all.size();
    int place = 2;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).node().equals(one)) {
        own = i;
        place = place(all.get(i), leads);
      }
    }
    int ahead = 0;
    for (int i = 0; i < all.size(); i++) {
      int other = place(all.get(i), leads);
      boolean before = other < place || other == place && i < own;
      if (before && !beyond.test(all.get(i).storeId())) {
        ahead++;
      }
    }
    return ahead;
  }

  private static int place(Member member, NodeId leads) {
    if (member.role() != Role.VOTER) {
      return 2;
    }
    return member.node().equals(leads) ? 1 : 0;
  }
}
