package org.quorate.spi.consensus;

import org.quorate.api.Bytes;

/**
 * A payload that a log holds, whether it was decided or not.
 *
 * @param inner its index
 */
public record Salvaged(long inner, Bytes payload) {}
