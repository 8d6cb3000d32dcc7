package org.quorate.core.swap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/** Which members are enough to find the active link after a restart of all. */
class BeyondTest {
  private static Member voter(int store, int weight) {
    return new Member(NodeId.of("n" + store), store, Role.VOTER, weight);
  }

  private static Beyond of(Set<Long> beyond, Member... members) {
    return Beyond.of(new Membership(1, List.of(members)), beyond::contains);
  }

  private static List<Boolean> both(Beyond of) {
    return List.of(of.quorum(), of.inEveryQuorum());
  }

  @Test
  void aVoterAloneHasToBe() {
    assertEquals(List.of(false, false), both(of(Set.of(), voter(1, 1))));
    assertEquals(List.of(true, true), both(of(Set.of(1L), voter(1, 1))));
  }

  @Test
  void ofTwoOneIsInEveryQuorum() {
    assertEquals(List.of(false, true), both(of(Set.of(1L), voter(1, 1), voter(2, 1))));
  }

  @Test
  void ofThreeTwo() {
    Member[] three = {voter(1, 1), voter(2, 1), voter(3, 1)};
    assertEquals(List.of(false, false), both(of(Set.of(2L), three)));
    assertEquals(List.of(true, true), both(of(Set.of(2L, 3L), three)));
    assertEquals(List.of(NodeId.of("n1")), of(Set.of(2L, 3L), three).missing());
  }

  @Test
  void weightsCountAndOnlyThoseOfVoters() {
    Member learner = new Member(NodeId.of("n3"), 3, Role.LEARNER);
    Member witness = new Member(NodeId.of("n4"), 4, Role.WITNESS);
    Member[] members = {voter(1, 3), voter(2, 1), learner, witness};
    assertEquals(List.of(true, true), both(of(Set.of(1L), members)));
    assertEquals(List.of(false, false), both(of(Set.of(2L, 3L, 4L), members)));
    assertEquals(List.of(NodeId.of("n1")), of(Set.of(2L), members).missing());
  }

  @Test
  void whoOutweighsTheMembersOfNowHasToBeALearnerFirst() {
    Membership now = new Membership(1, List.of(voter(1, 1), voter(2, 1)));
    Membership learning =
        new Membership(2, List.of(voter(1, 1), new Member(NodeId.of("n3"), 3, Role.LEARNER)));
    Membership heavy = new Membership(3, List.of(voter(1, 1), voter(2, 1), voter(3, 3)));
    Membership equal = new Membership(3, List.of(voter(1, 1), voter(2, 1), voter(3, 2)));
    assertEquals(List.of(NodeId.of("n3")), Beyond.tooNew(heavy, now));
    assertEquals(List.of(), Beyond.tooNew(equal, now), "the others are in every majority");
    assertEquals(List.of(), Beyond.tooNew(heavy, learning), "it will tell when it has a state");
  }

  /** What the two words say, tried on all sets of four voters with weights. */
  @Test
  void noMajorityIsWithoutOneWhoIsBeyond() {
    int[] weights = {1, 2, 3, 1};
    Member[] members = new Member[4];
    for (int i = 0; i < 4; i++) {
      members[i] = voter(i + 1, weights[i]);
    }
    for (int beyond = 0; beyond < 16; beyond++) {
      boolean every = true;
      for (int majority = 0; majority < 16; majority++) {
        int votes = 0;
        for (int i = 0; i < 4; i++) {
          votes += (majority >> i & 1) * weights[i];
        }
        every &= votes <= 3 || (majority & beyond) != 0;
      }
      List<Long> stores = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        if ((beyond >> i & 1) == 1) {
          stores.add(i + 1L);
        }
      }
      assertEquals(every, of(Set.copyOf(stores), members).inEveryQuorum(), "beyond " + stores);
    }
  }
}
