package org.quorate.spi.operations;

/**
 * A node that is online.
 *
 * @param session of its lease: differs each time it comes online
 * @param startedAtMs when it came online: milliseconds since 1970 by its own clock
 * @param leaving whether it was put offline, and has not heard of it or not stopped yet
 */
public record OnlineNode(
    String name, String address, long session, long startedAtMs, boolean leaving) {}
