package org.quorate.raft;

import java.util.Map;
import org.quorate.simulator.Subject;
import org.quorate.simulator.Subject.Sabotage;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.tck.simulation.MutantContract;
import org.quorate.tck.simulation.mutants.AcknowledgesBeforeQuorum;

class RaftMutantsAreCaughtTest extends MutantContract {
  @Override
  protected ConsensusStrategy strategy() {
    return new RaftStrategy();
  }

  @Override
  protected Map<String, Subject> mutants() {
    return Map.of(
        "acknowledges before a quorum has it",
        Subject.of(new AcknowledgesBeforeQuorum(new RaftStrategy())),
        "forgets its vote",
        Subject.of(new RaftStrategy()).with(new Sabotage(true, false)));
  }
}
