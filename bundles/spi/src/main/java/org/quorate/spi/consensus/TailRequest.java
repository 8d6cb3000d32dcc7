package org.quorate.spi.consensus;

/**
 * A question for the tail: the answer is an inner index such that whatever was acknowledged before
 * the question is at or below it.
 */
public record TailRequest(long ticket) {}
