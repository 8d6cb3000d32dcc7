package org.quorate.raft;

import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.simulator.Subject;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Recovered;
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
        Subject.of(new ForgetsItsVote()),
        "reads by a lease it does not have",
        Subject.of(new RaftStrategy(new TrustsItsLeadership())),
        "removes what a late message does not hold",
        Subject.of(new RaftStrategy(new RemovesTooMuch())));
  }

  @Override
  protected Map<String, Long> rare() {
    return Map.of("forgets its vote", 880L);
  }

  static final class TrustsItsLeadership extends Rules {
    @Override
    boolean leadsOnWithoutQuorum() {
      return true;
    }

    @Override
    boolean readsUnconfirmed() {
      return true;
    }
  }

  /** Committed entries, too. */
  static final class RemovesTooMuch extends Rules {
    @Override
    boolean removes(long ownTerm, long leadersTerm) {
      return true;
    }
  }

  /** A restart knows the term, but not whom the node has voted for in it. */
  private static final class ForgetsItsVote extends WrappedStrategy {
    ForgetsItsVote() {
      super(new RaftStrategy());
    }

    @Override
    protected Recovered recovered(Recovered found) {
      if (found.stable() == null) {
        return found;
      }
      Bytes voteless = new Encoder().raw(found.stable().slice(0, 9)).bool(false).take();
      return new Recovered(
          voteless, found.first(), found.records(), found.applied(), found.linkState());
    }
  }
}
