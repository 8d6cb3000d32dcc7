package org.quorate.raft;

/**
 * What a node is in its term. Raft §3.4, with pre-vote (§9.6) and check-quorum (§6.2):
 *
 * <pre>
 * from            on                                            to
 * Follower        election timeout, may campaign                Candidate (pre-vote)
 * Follower        TimeoutNow of its leader, may campaign        Candidate
 * Candidate (pre) majority would vote                           Candidate, term + 1, votes for itself
 * Candidate (pre) majority refuses                              Follower
 * Candidate       majority voted, its own vote only when durable  Leader
 * Candidate       majority refuses                              Follower
 * Candidate (any) election timeout                              Candidate (pre-vote)
 * Candidate (any) leader of its term                            Follower
 * Leader          no quorum heard for an election timeout       Follower, same term, silent
 * Leader          its disk stalls                               Follower, same term
 * Leader          its removal is committed                      Follower, same term
 * any             higher term seen                              Follower, that term
 * </pre>
 */
sealed interface RoleState permits Follower, Candidate, Leader {
  /** For people and status. */
  String word();
}
