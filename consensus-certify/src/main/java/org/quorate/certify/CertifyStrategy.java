package org.quorate.certify;

import java.util.EnumSet;
import java.util.List;
import org.quorate.certify.invariants.LogsMatch;
import org.quorate.certify.invariants.NonPrimaryProposesNothing;
import org.quorate.certify.invariants.OneSequencerPerView;
import org.quorate.certify.invariants.OneUnsettledMembership;
import org.quorate.certify.invariants.PromisesNeverFall;
import org.quorate.certify.invariants.StableIsDurableOnQuorum;
import org.quorate.certify.invariants.StableOnlyGrows;
import org.quorate.certify.invariants.StableSlotsAgree;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Salvaged;
import org.quorate.spi.consensus.Traits;

/**
 * Total order for groups in which every member proposes: views with one sequencer each, payloads
 * sent by their origins, quorum stability, weighted votes and witnesses. Thread-safe; the loglets it
 * opens are not.
 */
public final class CertifyStrategy implements ConsensusStrategy {
  /** Name used in configuration. */
  public static final String NAME = "certify";

  private static final int WIRE = 1;

  private final Rules rules;

  public CertifyStrategy() {
    this(Rules.SOUND);
  }

  CertifyStrategy(Rules rules) {
    this.rules = rules;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Traits traits() {
    return new Traits(
        EnumSet.of(Role.VOTER, Role.LEARNER, Role.WITNESS),
        true,
        true,
        WIRE,
        WIRE,
        CertifyOptions.PARAMETERS,
        List.of(
            OneSequencerPerView::new,
            StableSlotsAgree::new,
            LogsMatch::new,
            StableOnlyGrows::new,
            StableIsDurableOnQuorum::new,
            PromisesNeverFall::new,
            NonPrimaryProposesNothing::new,
            OneUnsettledMembership::new));
  }

  @Override
  public Loglet open(LinkContext link) {
    return link.drive(new CertifyLoglet(link, rules));
  }

  @Override
  public List<Salvaged> salvage(Recovered found, Membership genesis) {
    return Salvage.of(found, genesis);
  }
}
