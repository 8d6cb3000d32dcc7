package org.quorate.spi.consensus;

import org.osgi.annotation.versioning.ProviderType;
import org.quorate.api.GroupId;
import org.quorate.spi.config.Options;

/** What a link is given when it is opened; one per link, never shared. */
@ProviderType
public interface LinkContext {
  GroupId group();

  /** Number of the link in the chain, from 1. */
  long epoch();

  /** The plan that made it; 0 for the first link. */
  long planId();

  /** This node's member identity; its role is what the genesis says, the log may say otherwise. */
  Member self();

  /** The membership the link begins with. */
  Membership genesis();

  Options options();

  /** For every random choice; differs per node and start. */
  long seed();

  /**
   * What the link's store held; only while {@link ConsensusStrategy#open} runs, since it is all of a
   * log.
   *
   * @throws IllegalStateException later
   */
  Recovered recovered();

  /** Where a loglet that is not pure delivers. */
  Delivery delivery();

  /** Runs a pure loglet under the platform's driver. */
  Loglet drive(PureLoglet protocol);
}
