package org.quorate.coordinator.swap;

/**
 * Whether this process knows where the keys are now. Without it what a provider answers may be from the
 * past: all may have gone on elsewhere. Thread-safe.
 */
@FunctionalInterface
public interface Authority {
  /** Where nothing is ever swapped without telling. */
  Authority ALWAYS = () -> true;

  /** Whether no swap can have passed this process by until now. */
  boolean holds();

  /** What to look at if it does not hold, to be shown behind a failure; "" for nothing. */
  default String why() {
    return "";
  }
}
