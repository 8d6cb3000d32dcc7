package org.example.tutorial;

import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.simulation.SimulationContract;

class TutorialSimulationTest extends SimulationContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new TutorialStrategy();
  }
}
