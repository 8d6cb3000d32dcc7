package org.quorate.spi.coordination;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** A lock that is held, as far as known: only its token in a condition, or at what it protects, is proof. */
@ConsumerType
public interface HeldLock {
  /** How a lock stopped being held. */
  enum Loss {
    /** By {@link HeldLock#release}. */
    RELEASED,
    /** By {@link Coordinator#forceRelease}. */
    FORCED,
    /** Its session has ended, or its coordinator was closed. */
    SESSION_ENDED
  }

  String name();

  FencingToken token();

  /** Id of the session. */
  long session();

  /**
   * Gives it back: the next one that waits has it then.
   *
   * @return false if it was not held any more
   */
  CompletionStage<Boolean> release();

  /** Completes, normally, when it is held no more, as soon as this coordinator knows. */
  CompletionStage<Loss> lost();
}
