package org.quorate.spi.coordination;

/**
 * A session as others see it.
 *
 * @param client who opened it: the name that its coordinator was opened with
 * @param openedAtMs milliseconds since 1970 by the clock of who opened it; only to be shown
 */
public record SessionInfo(
    long id, String name, String client, long ttlMs, SessionSpec.OnEnd onEnd, long openedAtMs) {}
