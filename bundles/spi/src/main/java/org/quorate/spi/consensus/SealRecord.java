package org.quorate.spi.consensus;

import org.quorate.api.Bytes;

/**
 * The record that ends a link.
 *
 * @param planId the plan it belongs to
 * @param payload the virtual log's own encoding: what link follows
 */
public record SealRecord(long planId, Bytes payload) {}
