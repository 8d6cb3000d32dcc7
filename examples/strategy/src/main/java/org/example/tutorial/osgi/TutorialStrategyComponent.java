package org.example.tutorial.osgi;

import java.util.List;
import org.example.tutorial.TutorialStrategy;
import org.osgi.service.component.annotations.Component;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Salvaged;
import org.quorate.spi.consensus.Traits;

/** Offers the strategy as a service; all else is in {@link TutorialStrategy}. Thread-safe. */
@Component(
    service = ConsensusStrategy.class,
    property = "quorate.strategy=" + TutorialStrategy.NAME)
public final class TutorialStrategyComponent implements ConsensusStrategy {
  private final TutorialStrategy strategy = new TutorialStrategy();

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
    return strategy.open(link);
  }

  @Override
  public List<Salvaged> salvage(Recovered found, Membership genesis) {
    return strategy.salvage(found, genesis);
  }
}
