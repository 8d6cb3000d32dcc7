package org.quorate.runtime.peer;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.quorate.api.NodeId;

/** Where the nodes of the cluster are: as configured, and as learned from themselves. */
public final class AddressBook {
  private final Map<NodeId, NodeAddress> configured;
  private final ConcurrentSkipListMap<NodeId, NodeAddress> known = new ConcurrentSkipListMap<>();

  public AddressBook(Map<NodeId, NodeAddress> configured) {
    this.configured = Map.copyOf(configured);
    known.putAll(configured);
  }

  /** The addresses of a node; {@link NodeAddress#UNKNOWN} when it was never met. */
  public NodeAddress find(NodeId node) {
    return known.getOrDefault(node, NodeAddress.UNKNOWN);
  }

  /** Client address of a node, or empty. */
  public String client(NodeId node) {
    return find(node).client();
  }

  /**
   * Takes what a node says of itself; what the configuration says goes before. Returns whether
   * something changed.
   */
  public boolean learn(NodeId node, NodeAddress told) {
    NodeAddress before = find(node);
    NodeAddress fixed = configured.getOrDefault(node, NodeAddress.UNKNOWN);
    NodeAddress now =
        new NodeAddress(
            first(fixed.peer(), told.peer(), before.peer()),
            first(fixed.client(), told.client(), before.client()));
    known.put(node, now);
    return !now.equals(before);
  }

  private static String first(String... candidates) {
    for (String candidate : candidates) {
      if (!candidate.isEmpty()) {
        return candidate;
      }
    }
    return "";
  }

  /** A copy of all of it. */
  public SortedMap<NodeId, NodeAddress> all() {
    return new TreeMap<>(known);
  }
}
