package org.quorate.spi.consensus;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Named factory of links; an OSGi service with property {@code quorate.strategy=<name>}, made with
 * {@code new} everywhere else. Thread-safe.
 */
@ConsumerType
public interface ConsensusStrategy {
  /** Name used in configuration: {@code raft}. */
  String name();

  Traits traits();

  Loglet open(LinkContext link);

  /**
   * What a link's log holds that may never be decided any more, since its quorum is gone for ever: all
   * payloads and seals of it, in order, those included that the state has already. A forced bootstrap
   * goes on from there.
   *
   * @param found the store of a link that is closed
   * @param genesis the membership that the link began with
   * @return null if this strategy cannot tell: then the group has no forced bootstrap
   * @throws IllegalStateException if the log contradicts itself or lacks payloads, saying where
   */
  default List<Salvaged> salvage(Recovered found, Membership genesis) {
    return null;
  }
}
