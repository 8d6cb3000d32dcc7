package org.quorate.spi.operations;

/** What became of an operation; the same for every member. */
public enum Decision {
  /** It has been done, and its keys have been changed. */
  COMMITTED,
  /** It is given up, and no key was changed. Work that was begun may have had effects of its own. */
  ABORTED,
  /** A member could not complete it: its keys are again what they were before. */
  ROLLED_BACK
}
