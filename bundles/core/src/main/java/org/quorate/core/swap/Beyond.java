package org.quorate.core.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/**
 * How much of a membership is beyond the last seal: whose durable state lies in the active link, so
 * that it knows after any restart, from nobody else, that the link before has ended and where.
 *
 * @param votes of all voters
 * @param beyond of those that are known to be beyond the seal
 * @param missing the other voters
 */
public record Beyond(int votes, int beyond, List<NodeId> missing) {
  /** Counts. {@code stores} tells of a voter's store whether it is known to be beyond the seal. */
  public static Beyond of(Membership membership, LongPredicate stores) {
    int votes = 0;
    int beyond = 0;
    List<NodeId> missing = new ArrayList<>();
    for (Member member : membership.members()) {
      if (member.role() == Role.VOTER) {
        votes += member.weight();
        if (stores.test(member.storeId())) {
          beyond += member.weight();
        } else {
          missing.add(member.node());
        }
      }
    }
    return new Beyond(votes, beyond, missing);
  }

  /**
   * Voters to be who are no members yet and so many that waiting does not help: a majority of them
   * alone would know of no seal, even when all who are members now do. As learners they come to know.
   *
   * @return empty if the members of now are enough
   */
  public static List<NodeId> tooNew(Membership next, Membership now) {
    Beyond all =
        of(next, store -> now.members().stream().anyMatch(member -> member.storeId() == store));
    return all.inEveryQuorum() ? List.of() : all.missing();
  }

  /** Whether a majority is: the link before may go. */
  public boolean quorum() {
    return beyond > votes / 2;
  }

  /**
   * Whether every majority has one who is, so that whoever can decide finds the active link. It holds
   * for the members with whom the link before went, and has to hold for those that come after them.
   */
  public boolean inEveryQuorum() {
    return 2 * beyond >= votes;
  }
}
