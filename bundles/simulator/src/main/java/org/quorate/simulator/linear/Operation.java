package org.quorate.simulator.linear;

/**
 * One operation of a client on one key.
 *
 * @param key the object it works on; objects are checked one by one
 * @param calledAt when the client began, in any unit that orders
 * @param returnedAt when the client had the answer; {@link #NEVER} if it never had one: it may have
 *     taken effect at any time since {@code calledAt}, or not at all
 * @param action what was asked
 * @param answer what came back; null when nothing did
 */
public record Operation(
    String key, int client, long calledAt, long returnedAt, Action action, String answer) {
  /** No answer came. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Whether the client had an answer. */
  public boolean returned() {
    return returnedAt != NEVER;
  }

  /** What can be asked of an object. */
  public sealed interface Action {
    /** Answer: the value, or null. */
    record Get() implements Action {}

    /** Answer: empty. */
    record Put(String value) implements Action {}

    /** Removes it. Answer: {@code true} if it was there, {@code false} if not, empty if unknown. */
    record Delete() implements Action {}

    /** Adds to a number; an absent one counts as 0. Answer: the sum. */
    record Add(long delta) implements Action {}

    /** Puts if the value is the one expected (null: absent). Answer: {@code true} or {@code false}. */
    record CompareAndSet(String expected, String value) implements Action {}
  }

  @Override
  public String toString() {
    return "client "
        + client
        + " "
        + action
        + " on "
        + key
        + " ["
        + calledAt
        + ", "
        + (returned() ? returnedAt + "] -> " + answer : "?]");
  }
}
