package org.quorate.kv;

import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvLimits;

/** Ends a command before it has written anything. Carries no stack trace: it is an answer. */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final KvError error;

  Refusal(KvError error, String message) {
    super(message, null, false, false);
    this.error = error;
  }

  KvError error() {
    return error;
  }

  static void unlessFits(KvLimits.Violation violation) {
    if (violation != null) {
      throw new Refusal(violation.error(), violation.message());
    }
  }
}
