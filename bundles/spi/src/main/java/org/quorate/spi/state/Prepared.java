package org.quorate.spi.state;

import org.quorate.api.Bytes;

/** A command that was worked out and has changed nothing yet. */
@FunctionalInterface
public interface Prepared {
  /**
   * Writes what was worked out; on the group's loop, in the order of the log.
   *
   * @param context of the version that was told when it was prepared; what was read then is unchanged
   * @return the answer, as of {@link StateMachine#apply}
   */
  Bytes complete(ApplyContext context);
}
