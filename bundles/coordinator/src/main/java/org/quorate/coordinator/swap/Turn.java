package org.quorate.coordinator.swap;

/**
 * From one provider to another.
 *
 * @param sealedAt the last revision of the one before; nothing that it tells of later is of these keys
 * @param begunAt what the next one had come to when it had taken everything in: changes come after it
 */
record Turn(Route from, Route to, long sealedAt, long begunAt) {}
