package org.quorate.tck.simulation;

import java.util.Map;
import org.quorate.simulator.Subject;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.fixtures.paxos.SlotPaxosStrategy;

class SlotPaxosMutantsAreCaughtTest extends MutantContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new SlotPaxosStrategy();
  }

  @Override
  protected Map<String, Subject> mutants() {
    ConsensusStrategy alone =
        new SlotPaxosStrategy() {
          @Override
          protected int majority(int voters) {
            return voters / 2;
          }
        };
    return Map.of("decides without a majority", Subject.of(alone));
  }
}
