package org.quorate.scenarios.operations;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quorate.scenarios.KillingContract;
import org.quorate.scenarios.Trial;

/** Cluster operations on the native coordinator. */
class OperationsTest extends KillingContract {
  OperationsTest() {
    super(OperationsWorkload::new, 12, "initiator", "responder");
  }

  /** Half of the nodes, or more, are no members any more: no read waits for a version there. */
  @ParameterizedTest
  @ValueSource(longs = {227, 383})
  void nobodyWaitsForNodesThatAreNoMembers(long seed) {
    Trial.passes(Trial.of("raft", new OperationsWorkload()), seed, seed);
  }
}
