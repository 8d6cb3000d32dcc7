package org.quorate.core.replica;

import org.quorate.core.log.Asked;

/**
 * A swap as one replica knows it.
 *
 * @param planId position of the record that planned it
 * @param epoch of the link that it goes to
 * @param why it was given up; empty otherwise
 * @param position of the seal; 0 while it is not sealed
 * @param warmMs from the plan to a target that decides; -1 if this replica did not see it
 * @param pauseMs without a commit around the seal on this replica, in a group in which nothing was
 *     committed just before the time until the link was open; -1 if it did not see it, or nothing was
 *     committed since
 * @param asked where it was asked for, and when
 */
public record SwapStep(
    long planId,
    long epoch,
    String from,
    String to,
    Phase phase,
    String why,
    long position,
    long warmMs,
    long pauseMs,
    Asked asked) {
  /** How far it is. */
  public enum Phase {
    /** The target is opened and has decided nothing yet. */
    WARMING,
    /** The target decides; the seal is on its way. */
    WARM,
    /** The target has taken over; the link before still serves who is behind. */
    SWITCHED,
    /** Nothing is left of the link before. */
    DONE,
    /** Given up; the link before never stopped. */
    ABORTED
  }
}
