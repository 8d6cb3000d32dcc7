package org.quorate.simulator.invariant;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

class DurableQuorumCopyTest {
  private static final NodeId N1 = NodeId.of("n1");
  private static final NodeId N3 = NodeId.of("n3");
  private static final NodeId N4 = NodeId.of("n4");
  private static final long PLAN = 78;
  private static final Membership THREE = of(1, N1, N3, N4);
  private static final Membership TWO = of(2, N1, N4);

  private static Membership of(long version, NodeId... nodes) {
    List<Member> members =
        Stream.of(nodes).map(n -> new Member(n, n.hashCode(), Role.VOTER)).toList();
    return new Membership(version, members);
  }

  private static String check(Set<NodeId> holders, Membership members, Membership before) {
    Step step = new Step((node, what, atIndex) -> holders.contains(node));
    step.add(new Step.Delivered(N4, 1, 1, 0, 28, Bytes.utf8("x"), members, before));
    return new DurableQuorumCopy().check(step);
  }

  /** What n1 has delivered of a planned link, after {@code removed} left the members of the active one. */
  private static String planned(DurableQuorumCopy check, Set<NodeId> holders, NodeId... removed) {
    Step step = new Step((node, what, atIndex) -> holders.contains(node));
    Stream.of(removed).forEach(n -> step.add(new Step.Removed(n, n.hashCode())));
    step.add(new Step.Delivered(N1, 1, 2, PLAN, 4, Bytes.utf8("x"), THREE, null));
    return check.check(step);
  }

  private static String goesOnWith(DurableQuorumCopy check, long planId) {
    Step step = new Step((node, what, atIndex) -> true);
    step.add(new Step.Looked(N1, 1, planId, 5, 9, -1, 0, 12, 12, "0", 0, 0));
    return check.check(step);
  }

  /** Seeds 63829 and 85430 of raft: the store of a removed member was gone when its voice was heard. */
  @Test
  void aPlannedLinkMayCountAMemberThatWasRemoved() {
    assertNull(planned(new DurableQuorumCopy(), Set.of(N1), N3));
  }

  @Test
  void aLostStoreOfAMemberIsNotCountedInAPlannedLinkEither() {
    assertNotNull(planned(new DurableQuorumCopy(), Set.of(N1)));
    assertNotNull(planned(new DurableQuorumCopy(), Set.of(N1), NodeId.of("n5")));
    assertNotNull(planned(new DurableQuorumCopy(), Set.of(), N3));
  }

  @Test
  void nobodyGoesOnWithALinkThatCountedARemovedMember() {
    DurableQuorumCopy check = new DurableQuorumCopy();
    planned(check, Set.of(N1), N3);
    assertNull(goesOnWith(check, PLAN + 1));
    assertNotNull(goesOnWith(check, PLAN));

    DurableQuorumCopy whole = new DurableQuorumCopy();
    planned(whole, Set.of(N1, N4), N3);
    assertNull(goesOnWith(whole, PLAN));
  }

  /** Seed 2645 of certify to raft: n3 was being removed when n4 learned that 28 had been decided. */
  @Test
  void whatIsBelowAChangeMayBeDecidedByThoseBefore() {
    assertNull(check(Set.of(N1, N3), TWO, THREE));
  }

  @Test
  void whatFollowsAChangeIsDecidedByTheNewMembers() {
    assertNotNull(check(Set.of(N1, N3), TWO, null));
    assertNull(check(Set.of(N1, N4), TWO, null));
  }

  @Test
  void neitherMajorityIsNotEnough() {
    assertNotNull(check(Set.of(N1), TWO, THREE));
    assertNotNull(check(Set.of(N3), THREE, null));
  }
}
