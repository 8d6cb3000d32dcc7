package org.example.tutorial;

import java.util.Map;
import org.quorate.simulator.Subject;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.simulation.MutantContract;

class TutorialMutantsAreCaughtTest extends MutantContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new TutorialStrategy();
  }

  @Override
  protected Map<String, Subject> mutants() {
    return Map.of(
        "decides without a majority",
        Subject.of(new TutorialStrategy(voters -> Math.max(1, voters / 2))));
  }
}
