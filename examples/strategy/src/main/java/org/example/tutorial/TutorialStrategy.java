package org.example.tutorial;

import java.util.EnumSet;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Traits;

/**
 * Multi-Paxos with a leader, learners and membership changes. Thread-safe; the loglets it opens are
 * not.
 */
public final class TutorialStrategy implements ConsensusStrategy {
  /** Name used in configuration. */
  public static final String NAME = "tutorial";

  private static final int WIRE = 1;

  private final IntUnaryOperator quorum;

  /** The sound one: a quorum is a majority. */
  public TutorialStrategy() {
    this(voters -> voters / 2 + 1);
  }

  /** With another idea of how many of so many voters make a quorum: a mutant, unless any two meet. */
  TutorialStrategy(IntUnaryOperator quorum) {
    this.quorum = quorum;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Traits traits() {
    return new Traits(
        EnumSet.of(Role.VOTER, Role.LEARNER),
        false,
        false,
        WIRE,
        WIRE,
        TutorialOptions.PARAMETERS,
        List.of(AtMostOneLeaderPerBallot::new));
  }

  @Override
  public Loglet open(LinkContext link) {
    return link.drive(new TutorialLoglet(link, quorum));
  }
}
