package org.quorate.spi.consensus;

import org.quorate.api.Bytes;

/**
 * A payload to order.
 *
 * @param ticket local number by which a refusal names it; never leaves the node
 */
public record Submission(long ticket, Bytes payload) {}
