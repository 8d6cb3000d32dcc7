package org.quorate.spi.coordination;

/** What became of asking for a lock. */
public sealed interface LockOutcome {
  /** The session holds it. */
  record Granted(HeldLock lock) implements LockOutcome {}

  /**
   * It was not free in time.
   *
   * @param current who holds it and who waits, as last seen; the asker is not among them
   */
  record NotGranted(LockInfo current) implements LockOutcome {}

  /** The lock, if it was granted. */
  default HeldLock orThrow() {
    if (this instanceof Granted granted) {
      return granted.lock();
    }
    throw new CoordinationException(
        CoordinationException.Code.LOCK_LOST, "not granted: " + ((NotGranted) this).current());
  }
}
