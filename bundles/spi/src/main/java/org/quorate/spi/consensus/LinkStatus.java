package org.quorate.spi.consensus;

import java.util.Map;
import org.quorate.api.NodeId;

/**
 * What a link says of itself.
 *
 * @param role the strategy's own word: leader, follower, member …
 * @param hint who takes proposals, or null while nobody is known
 * @param proposer whether this node takes proposals now
 * @param timekeeper whether this node proposes time steps; at most a few nodes think so at once
 * @param decided last index known decided
 * @param last last index in the local log
 * @param first first index kept in the local log
 * @param unfit why the state of this node must not be read now but by who asks for whatever it has,
 *     and what to do; null if it may
 * @param details what only this strategy has (term …), for people; may be worked out when it is
 *     read, so read it before the next step
 */
public record LinkStatus(
    String role,
    NodeId hint,
    boolean proposer,
    boolean timekeeper,
    long decided,
    long last,
    long first,
    Membership membership,
    String unfit,
    Map<String, String> details) {}
