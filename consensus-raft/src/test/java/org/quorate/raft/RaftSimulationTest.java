package org.quorate.raft;

import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.simulation.SimulationContract;

class RaftSimulationTest extends SimulationContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new RaftStrategy();
  }
}
