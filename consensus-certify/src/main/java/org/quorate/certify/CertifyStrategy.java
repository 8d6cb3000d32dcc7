package org.quorate.certify;

import java.util.EnumSet;
import java.util.List;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Loglet;
import org.quorate.spi.consensus.Role;
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

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Traits traits() {
    return new Traits(
        EnumSet.of(Role.VOTER, Role.LEARNER, Role.WITNESS),
        true,
        WIRE,
        WIRE,
        CertifyOptions.PARAMETERS,
        List.of());
  }

  @Override
  public Loglet open(LinkContext link) {
    return link.drive(new CertifyLoglet(link));
  }
}
