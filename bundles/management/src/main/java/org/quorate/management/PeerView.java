package org.quorate.management;

import org.quorate.runtime.api.NodeStatus;

/**
 * A node of the cluster as another one sees it.
 *
 * @param state SELF, CONNECTED, CONNECTING or REFUSED
 * @param why what stands in the way, null when nothing does
 */
public record PeerView(
    String node,
    String state,
    String peerAddress,
    String clientAddress,
    String storeId,
    long pendingBytes,
    String why) {
  static PeerView of(NodeStatus.PeerStatus p) {
    return new PeerView(
        p.node().name(),
        p.state(),
        p.peerAddress(),
        p.clientAddress(),
        p.storeId(),
        p.pendingBytes(),
        p.why() == null || p.why().isEmpty() ? null : p.why());
  }

  static PeerView self(NodeStatus s) {
    return new PeerView(
        s.node().name(),
        "SELF",
        s.addresses().get("peer"),
        s.addresses().get("client"),
        s.storeId(),
        0,
        null);
  }
}
