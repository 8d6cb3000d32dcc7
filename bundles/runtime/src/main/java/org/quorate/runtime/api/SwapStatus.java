package org.quorate.runtime.api;

/**
 * A swap as this node knows it.
 *
 * @param id number of the plan
 * @param epoch of the link that it goes to
 * @param phase warming, warm, switched, done or aborted
 * @param why it was given up; empty otherwise
 * @param position of the seal; 0 while it is not sealed
 * @param warmMs from the plan to a target that decides; -1 if this node did not see it
 * @param pauseMs without a commit around the seal on this node; -1 if it did not see it
 * @param askedBy the node that was asked for it; empty if unknown
 * @param askedAtMs milliseconds since 1970 by that node's clock
 */
public record SwapStatus(
    long id,
    long epoch,
    String from,
    String to,
    String phase,
    String why,
    long position,
    long warmMs,
    long pauseMs,
    String askedBy,
    long askedAtMs) {
  /** Whether the strategy has taken over, or never will. */
  public boolean ended() {
    return phase.equals("switched") || phase.equals("done") || phase.equals("aborted");
  }
}
