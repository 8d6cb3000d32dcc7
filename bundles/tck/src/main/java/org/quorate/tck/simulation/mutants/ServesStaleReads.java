package org.quorate.tck.simulation.mutants;

import java.util.ArrayList;
import java.util.List;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.PureLoglet;

/** Answers where the tail is by what this node knows, without asking anyone. */
public final class ServesStaleReads extends WrappedStrategy {
  public ServesStaleReads(ConsensusStrategy strategy) {
    super(strategy);
  }

  @Override
  protected PureLoglet wrap(PureLoglet protocol) {
    return new WrappedLoglet(protocol) {
      @Override
      protected List<Event> before(List<Event> turn) {
        List<Event> rest = new ArrayList<>();
        for (Event event : turn) {
          if (event instanceof Event.ReadTail read) {
            tail(read.request(), 0);
          } else {
            rest.add(event);
          }
        }
        return rest;
      }
    };
  }
}
