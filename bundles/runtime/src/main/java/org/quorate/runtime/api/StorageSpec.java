package org.quorate.runtime.api;

import org.quorate.api.GroupId;
import org.quorate.api.NodeId;

/**
 * Replicas that are to go on in other storages.
 *
 * @param target names of log and state storage, {@code journal+mapdb}, or one name for both
 * @param node whose replica it is; null for those of all members, one after the other
 * @param timeoutMs for each: after so long it is given up, if the new storages have not taken over
 */
public record StorageSpec(GroupId group, String target, NodeId node, long timeoutMs) {}
