package org.quorate.coordinator.kv;

import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.quorate.api.Outcome;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/** What the group refuses, in the words of coordination. */
final class Failures {
  private Failures() {}

  static CoordinationException of(Outcome outcome, boolean read) {
    if (outcome instanceof Outcome.NotLeader n) {
      return failure(Code.UNAVAILABLE, "nobody served it in time: " + n.why());
    } else if (outcome instanceof Outcome.Overloaded o) {
      return failure(Code.OVERLOADED, o.limit() + " is reached");
    } else if (outcome instanceof Outcome.Indeterminate i) {
      return read
          ? failure(Code.UNAVAILABLE, i.reason())
          : failure(Code.INDETERMINATE, "it was done once or not at all: " + i.reason());
    } else if (outcome instanceof Outcome.Executed) {
      return failure(Code.INDETERMINATE, "it was done, but its answer is not kept any more");
    } else if (outcome instanceof Outcome.Rejected r) {
      return failure(code(r.code()), r.message());
    }
    return failure(Code.BROKEN, "the group answered " + outcome);
  }

  private static Code code(Outcome.Rejection code) {
    return switch (code) {
      case TOO_LARGE -> Code.TOO_LARGE;
      case COMPACTED -> Code.COMPACTED;
      case FORBIDDEN -> Code.FORBIDDEN;
      case MALFORMED, UNSUPPORTED -> Code.BROKEN;
      default -> Code.UNAVAILABLE;
    };
  }

  static CoordinationException of(KvResult.Failed failed) {
    KvError error = failed.error();
    Code code =
        error == KvError.TOO_LARGE
            ? Code.TOO_LARGE
            : error == KvError.UNKNOWN_LEASE
                ? Code.SESSION_EXPIRED
                : error == KvError.COMPACTED ? Code.COMPACTED : Code.BROKEN;
    return failure(code, failed.message());
  }

  static CoordinationException failure(Code code, String message) {
    return new CoordinationException(code, message);
  }

  static CoordinationException expired(long session) {
    return failure(
        Code.SESSION_EXPIRED,
        "session " + Long.toHexString(session) + " has ended, or is not held by this coordinator");
  }

  static CoordinationException gone(long revision) {
    return failure(
        Code.COMPACTED,
        "revision " + revision + " is of before what is here was taken in: list again");
  }

  static CoordinationException closed() {
    return failure(Code.CLOSED, "the coordinator is closed");
  }

  static CoordinationException tooManyWatches() {
    return failure(
        Code.OVERLOADED,
        "the node keeps no more watches of this client: follow a tree with one watch, close what is"
            + " not needed, or raise client.watches.max");
  }

  /** Marks a failure after which a request can be made anew, on another base. */
  private static final class Replaced extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Replaced() {
      super("the base", null, false, false);
    }
  }

  /** The base that a request was made for is not the base any more. */
  static CoordinationException replaced() {
    return new CoordinationException(
        Code.UNAVAILABLE,
        "what another provider kept has just been taken in: try again",
        new Replaced());
  }

  static boolean isReplaced(CoordinationException failure) {
    return failure.getCause() instanceof Replaced;
  }

  /** What a stage failed with. */
  static CoordinationException cause(Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    if (cause instanceof RejectedExecutionException) {
      return closed();
    }
    return cause instanceof CoordinationException known
        ? known
        : new CoordinationException(Code.BROKEN, String.valueOf(cause), cause);
  }

  /** Whether another try may help and nothing was done by this one. */
  static boolean passing(CoordinationException failure) {
    return failure.code() == Code.UNAVAILABLE || failure.code() == Code.OVERLOADED;
  }
}
