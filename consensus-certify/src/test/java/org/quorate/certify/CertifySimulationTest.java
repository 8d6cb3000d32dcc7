package org.quorate.certify;

import java.util.Map;
import org.quorate.simulator.SimulationResult.Mark;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.simulation.SimulationContract;

class CertifySimulationTest extends SimulationContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new CertifyStrategy();
  }

  @Override
  protected Map<Mark, Double> shares() {
    return Map.of(Mark.SNAPSHOT_OF_SEVERAL, 0.05);
  }
}
