package org.quorate.spi.consensus;

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
}
