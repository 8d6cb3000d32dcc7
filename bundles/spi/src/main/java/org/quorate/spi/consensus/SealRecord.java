package org.quorate.spi.consensus;

import org.quorate.api.Bytes;

/**
 * The record that ends a link.
 *
 * @param planId the plan it belongs to
 * @param membership that the plan was made on: a link must not deliver the seal where another one is
 *     in force
 * @param payload the virtual log's own encoding: what link follows
 */
public record SealRecord(long planId, Membership membership, Bytes payload) {}
