package org.quorate.spi.coordination;

/**
 * The record of a lock that was taken from its holder.
 *
 * @param holder who had it
 * @param by who took it, as given
 * @param reason as given
 * @param atMs milliseconds since 1970 by the clock of who took it
 */
public record ForcedRelease(
    String lock, LockInfo.Claim holder, String by, String reason, long atMs) {}
