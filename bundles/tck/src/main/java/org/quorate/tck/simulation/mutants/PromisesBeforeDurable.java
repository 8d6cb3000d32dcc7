package org.quorate.tck.simulation.mutants;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/** Sends votes and acknowledgements at once, not when what they promise is on disk. */
public final class PromisesBeforeDurable extends MutantStrategy {
  public PromisesBeforeDurable(ConsensusStrategy strategy) {
    super(strategy);
  }

  @Override
  protected PureLoglet mutate(PureLoglet protocol) {
    return new MutantLoglet(protocol) {
      @Override
      public void promise(Pending what, NodeId to, Lane lane, Message message) {
        send(to, lane, message);
      }
    };
  }
}
