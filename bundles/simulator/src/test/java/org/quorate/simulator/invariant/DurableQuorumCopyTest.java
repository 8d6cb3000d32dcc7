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
