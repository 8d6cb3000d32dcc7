package org.quorate.runtime.peer;

import org.quorate.api.NodeId;

/** Who this node is to the others. */
public record LocalNode(
    NodeId node, String cluster, long storeId, long incarnation, NodeAddress addresses) {}
