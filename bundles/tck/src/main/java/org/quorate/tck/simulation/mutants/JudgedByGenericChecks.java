package org.quorate.tck.simulation.mutants;

import java.util.List;
import org.quorate.simulator.wrap.WrappedStrategy;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Traits;

/** A strategy without invariants of its own: what holds for every strategy must catch it. */
public final class JudgedByGenericChecks extends WrappedStrategy {
  public JudgedByGenericChecks(ConsensusStrategy strategy) {
    super(strategy);
  }

  @Override
  public Traits traits() {
    Traits traits = super.traits();
    return new Traits(
        traits.roles(),
        traits.weights(),
        traits.everyMemberProposes(),
        traits.minWire(),
        traits.maxWire(),
        traits.parameters(),
        List.of());
  }
}
