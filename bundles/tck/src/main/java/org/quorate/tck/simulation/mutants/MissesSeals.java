package org.quorate.tck.simulation.mutants;

import org.quorate.api.Bytes;
import org.quorate.core.log.LogRecord;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.PureLoglet;

/** Does not deliver the seal where it was decided first: the node goes on with the old link. */
public final class MissesSeals extends WrappedStrategy {
  public MissesSeals(ConsensusStrategy strategy) {
    super(strategy);
  }

  @Override
  protected PureLoglet wrap(PureLoglet protocol) {
    return new WrappedLoglet(protocol) {
      @Override
      public void deliver(long inner, Bytes payload) {
        boolean seal = LogRecord.decode(payload).record() instanceof LogRecord.Seal;
        if (!seal || !protocol.status().proposer()) {
          super.deliver(inner, payload);
        }
      }
    };
  }
}
