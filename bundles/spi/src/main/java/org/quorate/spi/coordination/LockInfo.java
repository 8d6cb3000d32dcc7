package org.quorate.spi.coordination;

import java.util.List;

/**
 * A lock that is held.
 *
 * @param holder null only in a {@link LockOutcome.NotGranted} whose holder went in the meantime
 * @param waiting in the order in which they will get it
 */
public record LockInfo(String name, Claim holder, List<Claim> waiting) {
  public LockInfo {
    waiting = List.copyOf(waiting);
  }

  /**
   * Who holds or wants it.
   *
   * @param token what it holds it with, or will
   * @param session id of the session
   * @param sessionName name of the session
   * @param askedAtMs when it asked, milliseconds since 1970 by its own clock; only to be shown
   * @param heldSinceMs when it got it, likewise; 0 while it waits or has not told yet
   */
  public record Claim(
      FencingToken token,
      long session,
      String sessionName,
      String purpose,
      long askedAtMs,
      long heldSinceMs) {}
}
