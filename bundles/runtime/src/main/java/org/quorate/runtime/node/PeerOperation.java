package org.quorate.runtime.node;

/** Questions between nodes; the number is on the wire. */
enum PeerOperation {
  /** Who are you and which groups do you have? */
  IDENTIFY,
  /** Take this manifest, on disk before you answer. */
  INSTALL,
  /** Coordinate the creation of a group. */
  CREATE,
  /** Coordinate the bootstrap. */
  BOOTSTRAP,
  /** Change a group that you lead. */
  CHANGE;

  static PeerOperation of(int number) {
    return number < values().length ? values()[number] : null;
  }
}
