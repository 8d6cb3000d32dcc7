package org.quorate.tck.simulation.mutants;

import java.util.List;
import org.quorate.simulator.wrap.WrappedLoglet;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.PureLoglet;

/**
 * A node that has followed a seal answers reads without asking the new link for its tail, as long as
 * it has delivered little of it: others may have acknowledged newer writes there.
 */
public final class BelievesSealedTail extends WrappedStrategy {
  private static final int SOON = 20;

  public BelievesSealedTail(ConsensusStrategy strategy) {
    super(strategy);
  }

  @Override
  protected PureLoglet wrap(LinkContext link, PureLoglet protocol) {
    if (link.planId() == 0) {
      return protocol;
    }
    return new WrappedLoglet(protocol) {
      private int delivered;

      @Override
      public void deliver(long inner, org.quorate.api.Bytes payload) {
        delivered++;
        super.deliver(inner, payload);
      }

      @Override
      protected List<Event> before(List<Event> turn) {
        return delivered > SOON
            ? turn
            : turn.stream().filter(e -> !(e instanceof Event.ReadTail)).toList();
      }

      @Override
      public void step(List<Event> turn, Effects target) {
        super.step(turn, target);
        if (delivered <= SOON) {
          for (Event event : turn) {
            if (event instanceof Event.ReadTail read) {
              target.tail(read.request(), 0);
            }
          }
        }
      }
    };
  }
}
