package org.quorate.simulator.linear;

import java.util.Objects;
import org.quorate.simulator.linear.Operation.Action;

/** The sequential object: a value that may be absent. A state is the value or null. */
final class Register {
  /** Stands for "this operation cannot come here". */
  static final String IMPOSSIBLE = new String("impossible");

  private Register() {}

  /** The state after the operation, or {@link #IMPOSSIBLE} by identity. */
  static String apply(String state, Operation operation) {
    boolean known = operation.returned();
    String answer = operation.answer();
    Action action = operation.action();
    if (action instanceof Action.Get) {
      return !known || Objects.equals(state, answer) ? state : IMPOSSIBLE;
    }
    if (action instanceof Action.Put put) {
      return put.value();
    }
    if (action instanceof Action.Delete) {
      boolean fits = !known || answer.isEmpty() || Boolean.parseBoolean(answer) == (state != null);
      return fits ? null : IMPOSSIBLE;
    }
    if (action instanceof Action.Add add) {
      String sum = Long.toString((state == null ? 0 : Long.parseLong(state)) + add.delta());
      return !known || sum.equals(answer) ? sum : IMPOSSIBLE;
    }
    Action.CompareAndSet cas = (Action.CompareAndSet) action;
    boolean swaps = Objects.equals(state, cas.expected());
    if (known && swaps != Boolean.parseBoolean(answer)) {
      return IMPOSSIBLE;
    }
    return swaps ? cas.value() : state;
  }
}
