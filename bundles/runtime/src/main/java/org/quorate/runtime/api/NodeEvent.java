package org.quorate.runtime.api;

import java.util.Map;

/**
 * Something that an operator may want to know.
 *
 * @param type group.opened, group.parked, group.failed, role.changed, leader.changed, swap.PHASE,
 *     membership.changed, peer.up, peer.down, peer.refused, config.changed
 * @param subject name of the group or node it is about
 * @param atMs milliseconds since 1970 on this node's clock
 * @param details what else is known, by name
 */
public record NodeEvent(String type, String subject, long atMs, Map<String, String> details) {
  public NodeEvent {
    details = Map.copyOf(details);
  }
}
