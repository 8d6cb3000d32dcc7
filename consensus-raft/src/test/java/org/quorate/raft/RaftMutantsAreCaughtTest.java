package org.quorate.raft;

import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.simulator.Subject;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Recovered;
import org.quorate.tck.simulation.MutantContract;
import org.quorate.tck.simulation.mutants.AcknowledgesBeforeQuorum;
import org.quorate.tck.simulation.mutants.MutantStrategy;

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
        Subject.of(new ForgetsItsVote()));
  }

  /** A restart knows the term, but not whom the node has voted for in it. */
  private static final class ForgetsItsVote extends MutantStrategy {
    ForgetsItsVote() {
      super(new RaftStrategy());
    }

    @Override
    protected Recovered mutate(Recovered found) {
      if (found.stable() == null) {
        return found;
      }
      Bytes voteless = new Encoder().raw(found.stable().slice(0, 9)).bool(false).take();
      return new Recovered(
          voteless, found.first(), found.records(), found.applied(), found.linkState());
    }
  }
}
