package org.quorate.spi.failover;

import java.util.List;

/**
 * A node that lives, and takes over what others leave.
 *
 * @param incarnation differs with every registration
 * @param revision of its registration: who is registered longer has the lower one
 * @param capacity how much it takes beside the others
 * @param types what it has handlers for
 * @param assigned how many records it was told to take over and has not ended
 */
public record RegisteredNode(
    String name,
    String address,
    long incarnation,
    long revision,
    int capacity,
    List<String> types,
    int assigned) {
  public RegisteredNode {
    types = List.copyOf(types);
  }

  public RegisteredNode withAssigned(int records) {
    return new RegisteredNode(name, address, incarnation, revision, capacity, types, records);
  }
}
