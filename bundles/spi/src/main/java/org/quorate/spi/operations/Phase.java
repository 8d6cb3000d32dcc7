package org.quorate.spi.operations;

/** Where an operation is. */
public enum Phase {
  /** Every member gets ready. */
  PREPARE,
  /** One member does the work, while the others are ready. */
  EXECUTE,
  /** It is decided; every member completes. */
  COMPLETE,
  /** It is over. */
  ENDED,
  /** What is stored of it cannot be read; the reason says what to do. Nobody drives it. */
  UNREADABLE
}
