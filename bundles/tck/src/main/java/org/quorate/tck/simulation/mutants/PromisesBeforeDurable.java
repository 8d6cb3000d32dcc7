package org.quorate.tck.simulation.mutants;

import org.quorate.api.NodeId;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/** Sends votes and acknowledgements at once, not when what they promise is on disk. */
public final class PromisesBeforeDurable extends WrappedStrategy {
  public PromisesBeforeDurable(ConsensusStrategy strategy) {
    super(strategy);
  }

  @Override
  protected PureLoglet wrap(PureLoglet protocol) {
    return new WrappedLoglet(protocol) {
      @Override
      public void promise(Pending what, NodeId to, Lane lane, Message message) {
        send(to, lane, message);
      }
    };
  }
}
