package org.quorate.spi.storage;

/**
 * Proof that a write is on disk. Only {@link Pending#complete()} makes one, and only the storage
 * that did the write calls that.
 */
public final class DurableToken {
  private final long number;

  DurableToken(long number) {
    this.number = number;
  }

  /** The number of the {@link Pending} it proves. */
  public long number() {
    return number;
  }

  @Override
  public String toString() {
    return "durable#" + number;
  }
}
