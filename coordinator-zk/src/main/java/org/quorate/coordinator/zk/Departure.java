package org.quorate.coordinator.zk;

import org.quorate.spi.coordination.CoordinationException;

/**
 * Whether all that was kept here has gone on elsewhere, as the log says: then whoever reads here is refused,
 * and what waits here is told so. Who goes along looks back. On the coordinator's thread alone.
 */
final class Departure {
  private final Core core;
  private boolean lookingBack;
  private boolean told;

  Departure(Core core) {
    this.core = core;
  }

  void lookBack(boolean wanted) {
    lookingBack = wanted;
    look();
  }

  /** Why nothing is read here, null if it is. */
  CoordinationException refusal() {
    String left = core.replica().machine().left();
    return left == null || lookingBack ? null : CoordinationException.moved(left);
  }

  /** Fails, as sealed, if all has gone on elsewhere. */
  void check() {
    CoordinationException refusal = refusal();
    if (refusal != null) {
      throw refusal;
    }
  }

  /** The log has gone on. What waits here waits in vain, and sessions can be resumed elsewhere. */
  void look() {
    CoordinationException refusal = refusal();
    if (refusal == null) {
      told = false;
    } else if (!told) {
      told = true;
      core.watches().endAll(refusal);
      core.desk().close(refusal);
      core.desk().forget();
      core.sessions().detach();
    }
  }
}
