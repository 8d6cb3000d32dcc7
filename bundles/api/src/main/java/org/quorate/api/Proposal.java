package org.quorate.api;

/**
 * A command that a client wants ordered and executed once.
 *
 * @param session the session it belongs to, as given by the group; 0 for a proposal without one,
 *     which a retry may execute twice
 * @param sequence number in the session, from 1; a retry repeats it
 * @param acknowledged every answer up to this sequence has reached the client: the group may forget
 *     them
 * @param command the state machine's own encoding
 * @param transaction what to certify; null for a command that is valid whatever the state
 */
public record Proposal(
    long session, long sequence, long acknowledged, Bytes command, Transaction transaction) {
  /** A proposal without session and certification. */
  public static Proposal bare(Bytes command) {
    return new Proposal(0, 0, 0, command, null);
  }
}
