package org.quorate.tck.simulation;

import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.fixtures.paxos.SlotPaxosStrategy;

class SlotPaxosSimulationTest extends SimulationContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new SlotPaxosStrategy();
  }
}
