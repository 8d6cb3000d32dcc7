package org.quorate.management;

import java.time.Instant;
import org.quorate.spi.operations.OnlineNode;

/**
 * A node of a service that is online.
 *
 * @param session of its lease, hexadecimal
 * @param since by its own clock
 * @param state online, or leaving: put offline, and not stopped yet
 */
public record OnlineView(String node, String address, String session, String since, String state) {
  static OnlineView of(OnlineNode n) {
    return new OnlineView(
        n.name(),
        n.address(),
        Long.toHexString(n.session()),
        Instant.ofEpochMilli(n.startedAtMs()).toString(),
        n.leaving() ? "leaving" : "online");
  }
}
