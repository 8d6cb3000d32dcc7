package org.quorate.management;

import java.time.Instant;
import org.quorate.spi.coordination.ForcedRelease;

/**
 * A lock that was taken from its holder.
 *
 * @param at by the clock of who took it
 */
public record ForcedReleaseView(
    String at, String lock, String token, String holder, String purpose, String by, String reason) {
  static ForcedReleaseView of(ForcedRelease r) {
    return new ForcedReleaseView(
        Instant.ofEpochMilli(r.atMs()).toString(),
        r.lock(),
        r.holder().token().toString(),
        r.holder().sessionName(),
        r.holder().purpose(),
        r.by(),
        r.reason());
  }
}
