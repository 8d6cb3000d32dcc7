package org.quorate.certify;

import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.simulation.SimulationContract;

class CertifySimulationTest extends SimulationContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new CertifyStrategy();
  }
}
