package org.quorate.coordinator.swap;

/** How far a swap is. Before {@link #SWITCHED} is recorded the provider before serves, then the target. */
public enum SwapPhase {
  /** Wanted; nothing has been done. */
  PLANNED,
  /** The target gets a copy, every node opens it. */
  WARMING,
  /** Nothing can be changed at the provider before, and what it says is believed no more. */
  SEALED,
  /** The target has all. */
  TAKEN,
  /** The target serves. */
  SWITCHED,
  /** The provider before is emptied: it is done. */
  RETIRED,
  /** It is given up: the provider before is about to be opened again. */
  ABORTING,
  /** It was given up. */
  ABORTED;

  /** Whether nothing is left to be done. */
  public boolean isOver() {
    return this == RETIRED || this == ABORTED;
  }

  /** Whether the target serves. */
  public boolean isSwitched() {
    return this == SWITCHED || this == RETIRED;
  }
}
