package org.quorate.simulator.invariant;

/** A property of a group that holds after every step; keeps what it has to remember. */
public interface Invariant {
  /** For reports. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** Takes in what happened; null while it holds, otherwise what is wrong. */
  String check(Step step);
}
