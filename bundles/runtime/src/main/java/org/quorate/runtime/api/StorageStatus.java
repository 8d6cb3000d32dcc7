package org.quorate.runtime.api;

import org.quorate.api.NodeId;

/**
 * Where a node keeps its replica of a group, and its last move.
 *
 * @param storage names of log and state storage; empty if the node does not answer
 * @param from where the last move began; empty if there was none
 * @param to where it goes
 * @param phase preparing, copying_log, copying_state, switching, cleaning, done or aborted; of a
 *     plan: planned, there or refused; empty if there was no move
 * @param why it was given up or refused, or what it has left behind; or empty
 * @param ms it took until the new storages took over, or has taken; -1 if there was none
 */
public record StorageStatus(
    NodeId node, String storage, String from, String to, String phase, String why, long ms) {}
