package org.quorate.scenarios;

/** Takes who was killed at which step of what it did. Thread-safe: one may serve many simulations. */
@FunctionalInterface
public interface Deaths {
  /** Takes none. */
  Deaths UNSEEN = (role, step) -> {};

  /**
   * A process was killed.
   *
   * @param role what it did
   * @param step at which of its steps since then, from 1
   */
  void died(String role, int step);
}
