package org.quorate.spi.coordination;

import java.util.Objects;

/**
 * What a session is to be.
 *
 * @param name shown to people: who it is
 * @param ttlMs how long it lives without being kept alive, in milliseconds, {@link
 *     CoordinationLimits#MIN_TTL_MS} to {@link CoordinationLimits#MAX_TTL_MS}
 * @param automatic whether the coordinator keeps it alive as long as it is open; if not, call {@link
 *     CoordinatorSession#keepAlive} at least every third of the TTL
 */
public record SessionSpec(String name, long ttlMs, OnEnd onEnd, boolean automatic) {
  /** What becomes of the keys that a session owns when it ends. Its locks are released anyhow. */
  public enum OnEnd {
    DELETE,
    /** They stay, without an owner: that changes them, so watches see it. */
    RELEASE
  }

  public SessionSpec {
    CoordinationLimits.text("the name of a session", name, CoordinationLimits.NAME_BYTES);
    CoordinationLimits.range(
        "ttl.ms", ttlMs, CoordinationLimits.MIN_TTL_MS, CoordinationLimits.MAX_TTL_MS);
    Objects.requireNonNull(onEnd, "onEnd");
  }

  /** Kept alive automatically; its keys go with it. */
  public static SessionSpec of(String name, long ttlMs) {
    return new SessionSpec(name, ttlMs, OnEnd.DELETE, true);
  }

  public SessionSpec releasing() {
    return new SessionSpec(name, ttlMs, OnEnd.RELEASE, automatic);
  }

  public SessionSpec keptAliveByHand() {
    return new SessionSpec(name, ttlMs, onEnd, false);
  }
}
