package org.quorate.management;

import java.util.List;
import org.quorate.spi.failover.RegisteredNode;

/**
 * A node that takes over what others leave.
 *
 * @param incarnation of its registration, hexadecimal
 * @param types what it has handlers for
 * @param assigned records that it was told to take over and has not ended
 */
public record FailoverNodeView(
    String node,
    String address,
    String incarnation,
    int capacity,
    List<String> types,
    int assigned) {
  static FailoverNodeView of(RegisteredNode n) {
    return new FailoverNodeView(
        n.name(),
        n.address(),
        Long.toHexString(n.incarnation()),
        n.capacity(),
        n.types(),
        n.assigned());
  }
}
