package org.quorate.runtime.node;

import java.util.function.Supplier;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Traits;

/** Starts and cannot be opened: as one that was compiled with other classes, or that refuses. */
record BrokenStrategy(ConsensusStrategy strategy, Supplier<Throwable> how)
    implements ConsensusStrategy {
  @Override
  public String name() {
    return strategy.name();
  }

  @Override
  public Traits traits() {
    return strategy.traits();
  }

  @Override
  public Loglet open(LinkContext link) {
    if (how.get() instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) how.get();
  }
}
