package org.quorate.runtime.node;

import java.util.List;
import java.util.function.Supplier;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Salvaged;
import org.quorate.spi.consensus.Traits;

/**
 * A strategy of a bundle that may lack classes or methods it was compiled with. That is an error of the
 * JVM, behind which nobody cleans up; here it becomes an exception that says whose fault it is.
 */
record SoundStrategy(ConsensusStrategy strategy) implements ConsensusStrategy {
  @Override
  public String name() {
    return sound(strategy::name);
  }

  @Override
  public Traits traits() {
    return sound(strategy::traits);
  }

  @Override
  public Loglet open(LinkContext link) {
    return sound(() -> strategy.open(link));
  }

  @Override
  public List<Salvaged> salvage(Recovered found, Membership genesis) {
    return sound(() -> strategy.salvage(found, genesis));
  }

  private <T> T sound(Supplier<T> call) {
    try {
      return call.get();
    } catch (LinkageError e) {
      throw new IllegalStateException(
          strategy.getClass().getName() + " does not fit this node, install another version: " + e,
          e);
    }
  }
}
