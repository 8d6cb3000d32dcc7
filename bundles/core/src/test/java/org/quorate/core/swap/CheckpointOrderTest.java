package org.quorate.core.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** Whose checkpoint behind a seal comes when. */
class CheckpointOrderTest {
  private static final List<Member> MEMBERS =
      List.of(
          member(1, Role.LEARNER),
          member(2, Role.VOTER),
          member(3, Role.VOTER),
          member(4, Role.VOTER),
          member(5, Role.SHADOW));

  private static Member member(int store, Role role) {
    return new Member(NodeId.of("n" + store), store, role);
  }

  private static int ahead(int one, int leads, Set<Long> beyond) {
    NodeId leader = leads == 0 ? null : NodeId.of("n" + leads);
    Membership members = new Membership(1, MEMBERS);
    return CheckpointOrder.ahead(members, NodeId.of("n" + one), leader, beyond::contains);
  }

  /** All of them, as each begins when nobody comes before it any more. */
  private static List<Integer> order(int leads) {
    Set<Long> beyond = new TreeSet<>();
    List<Integer> order = new ArrayList<>();
    while (order.size() < MEMBERS.size()) {
      List<Integer> next = new ArrayList<>();
      for (int i = 1; i <= MEMBERS.size(); i++) {
        if (!beyond.contains((long) i) && ahead(i, leads, beyond) == 0) {
          next.add(i);
        }
      }
      assertEquals(1, next.size(), "beyond " + beyond);
      order.addAll(next);
      beyond.add((long) next.get(0));
    }
    return order;
  }

  @Test
  void votersOneAfterTheOtherThenWhoLeadsThenTheOthers() {
    assertEquals(List.of(3, 4, 2, 1, 5), order(2));
    assertEquals(List.of(2, 4, 3, 1, 5), order(3));
    assertEquals(List.of(2, 3, 4, 1, 5), order(0));
  }

  @Test
  void whoIsNoMemberWaitsForAll() {
    assertEquals(5, ahead(9, 2, Set.of()));
    assertEquals(0, ahead(9, 2, Set.of(1L, 2L, 3L, 4L, 5L)));
  }
}
