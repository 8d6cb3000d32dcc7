package org.quorate.raft;

import java.util.EnumSet;
import java.util.List;
import org.quorate.raft.invariants.AtMostOneLeaderPerTerm;
import org.quorate.raft.invariants.CommitIsMonotone;
import org.quorate.raft.invariants.CommittedIsDurableOnQuorum;
import org.quorate.raft.invariants.LeaderCompleteness;
import org.quorate.raft.invariants.LogMatching;
import org.quorate.raft.invariants.OneUncommittedConfiguration;
import org.quorate.raft.invariants.TermAndVoteMonotone;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Salvaged;
import org.quorate.spi.consensus.Traits;

/**
 * Raft with pre-vote, check-quorum, pipelined replication, ReadIndex, leadership transfer, learners
 * and membership changes of one member at a time. Thread-safe; the loglets it opens are not.
 */
public final class RaftStrategy implements ConsensusStrategy {
  /** Name used in configuration. */
  public static final String NAME = "raft";

  private static final int WIRE = 1;

  private final Rules rules;

  public RaftStrategy() {
    this(Rules.SOUND);
  }

  /** With other rules than the sound ones: a mutant. */
  RaftStrategy(Rules rules) {
    this.rules = rules;
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
        RaftOptions.PARAMETERS,
        List.of(
            AtMostOneLeaderPerTerm::new,
            LogMatching::new,
            LeaderCompleteness::new,
            CommitIsMonotone::new,
            TermAndVoteMonotone::new,
            OneUncommittedConfiguration::new,
            CommittedIsDurableOnQuorum::new));
  }

  @Override
  public Loglet open(LinkContext link) {
    return link.drive(new RaftLoglet(link, rules));
  }

  @Override
  public List<Salvaged> salvage(Recovered found, Membership genesis) {
    return Salvage.of(found, genesis);
  }
}
