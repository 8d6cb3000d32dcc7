package org.quorate.management;

import java.time.Instant;
import org.quorate.spi.coordination.SessionInfo;

/**
 * A session of a coordinator.
 *
 * @param id hexadecimal
 * @param client who opened it
 * @param onEnd what becomes of its keys: delete or release
 * @param opened by the clock of who opened it
 */
public record SessionView(
    String id, String name, String client, long ttlMs, String onEnd, String opened) {
  static SessionView of(SessionInfo s) {
    return new SessionView(
        Long.toHexString(s.id()),
        s.name(),
        s.client(),
        s.ttlMs(),
        s.onEnd().name().toLowerCase(java.util.Locale.ROOT),
        Instant.ofEpochMilli(s.openedAtMs()).toString());
  }
}
