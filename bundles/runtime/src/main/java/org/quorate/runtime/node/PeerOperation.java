package org.quorate.runtime.node;

import org.quorate.spi.transport.Lane;

/** Questions between nodes; the number is on the wire. */
enum PeerOperation {
  /** Who are you and which groups do you have? */
  IDENTIFY,
  /** Take this manifest, on disk before you answer. */
  INSTALL,
  /** Keep the name of this manifest's group for its history until it is installed. */
  RESERVE,
  /** Change a group that you lead. */
  CHANGE,
  /** Order a proposal, if you take it. */
  PROPOSE,
  /** Read from a group, if you may. */
  READ,
  /** Can you take part in this swap? */
  SWAP_CHECK,
  /** Plan this swap, if you take proposals of the group. */
  SWAP,
  /** Give the swap of this group up, if you take proposals of it. */
  SWAP_ABORT,
  /** How far is your log of this group? */
  LOG_STANDING,
  /** Go on alone with this group, in a history of your own. */
  BOOTSTRAP,
  /** Give your state of this group up for the history that took over. */
  RESEED,
  /** Which groups do you serve, and how far are they? */
  ASSEMBLY_STATE,
  /** What speaks against this assembly at your place? */
  ASSEMBLY_CHECK,
  /** The next piece of a jar. */
  ASSEMBLY_FETCH,
  /** Can your replica move to these storages? */
  STORAGE_CHECK,
  /** Move your replica to these storages. */
  STORAGE_MOVE,
  /** Where do you keep your replica, and how far is its move? */
  STORAGE_STATE,
  /** Open, keep alive or close sessions of a group, if you take its proposals. */
  SESSIONS,
  /** Tell when these keys of a group have changed. */
  WATCH;

  /** Commands and answers may be long: they stay out of the heartbeats' way. */
  Lane lane() {
    return this == PROPOSE || this == READ || this == ASSEMBLY_FETCH ? Lane.DATA : Lane.CONTROL;
  }

  static PeerOperation of(int number) {
    return number < values().length ? values()[number] : null;
  }
}
