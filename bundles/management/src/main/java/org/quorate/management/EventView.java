package org.quorate.management;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.runtime.api.NodeEvent;

/**
 * Something that happened on a node.
 *
 * @param time ISO-8601, of the node's clock
 * @param node where it was seen
 * @param type role.changed, leader.changed, membership.changed, group.parked, peer.down …
 * @param subject the group or node it is about
 */
public record EventView(
    String time, String node, String type, String subject, Map<String, String> details) {
  static EventView of(String node, NodeEvent event) {
    return new EventView(
        Instant.ofEpochMilli(event.atMs()).toString(),
        node,
        event.type(),
        event.subject(),
        new TreeMap<>(event.details()));
  }
}
