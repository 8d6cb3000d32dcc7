package org.quorate.certify;

/**
 * What a node does for its view:
 *
 * <pre>
 * from        on                                                to
 * Follower    silence of the sequencer, may propose             Canvasser
 * Follower    TakeOver of its sequencer, may propose            Proposer
 * Canvasser   a quorum would promise                            Proposer, promises its own view
 * Canvasser   a quorum can no longer                            Follower
 * Proposer    a quorum promised, its own promise durable, and   Sequencer
 *             no payload of the longest log is missing
 * Canvasser, Proposer   timeout                                 Canvasser
 * Sequencer   no quorum heard for two suspect times             Follower, silent
 * Sequencer   its removal is stable                             Follower
 * any         a later view seen                                 Follower of that view
 * </pre>
 */
sealed interface RoleState permits Follower, Canvasser, Proposer, Sequencer {
  /** For people and status. */
  String word();
}
