package org.quorate.spi.consensus;

import org.quorate.api.NodeId;

/** Why a link did not take a submission, a read of the tail or a change of membership. */
public sealed interface Refusal {
  /**
   * Nothing was ordered: this node may not propose, or not answer reads, now.
   *
   * @param hint who may, or null
   * @param why the state this node is in and what to do; empty if only another node leads
   */
  record NotProposer(NodeId hint, String why) implements Refusal {
    /** Another node leads, or nobody does. */
    public NotProposer(NodeId hint) {
      this(hint, "");
    }

    @Override
    public String toString() {
      return "NotProposer[hint=" + hint + (why.isEmpty() ? "" : ", why=" + why) + "]";
    }
  }

  /** Nothing was ordered: a limit is reached. */
  record Busy(String limit, long retryAfterMs) implements Refusal {}

  /** It was taken, but this node no longer learns its fate; it may still be ordered. */
  record FateUnknown(NodeId hint) implements Refusal {}

  /** Nothing was ordered, and asking again as it is will not help. */
  record Invalid(String reason) implements Refusal {}

  /** The link is sealed; go on at its successor. */
  record Sealed(long inner) implements Refusal {}
}
