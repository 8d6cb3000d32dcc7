package org.quorate.failover;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Keys;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;

/** What a node says of itself. */
public final class Self {
  private static final int MAX_CAPACITY = 1000;

  private final String name;
  private final String address;
  private final int capacity;
  private List<String> types = List.of();

  /**
   * A node.
   *
   * @param name one name of a key, different from that of every other node
   * @param address shown to people
   * @param capacity how much it takes beside the others, 1 to 1000
   */
  public Self(String name, String address, int capacity) {
    this.name = FailoverLimits.name("the node's name", name);
    this.address = FailoverLimits.name("the node's address", address);
    this.capacity = (int) FailoverLimits.range("the capacity", capacity, 1, MAX_CAPACITY);
    Keys.check(name);
    if (name.indexOf('/') >= 0) {
      throw new FailoverException(Code.INVALID, "node '" + name + "' is not one name");
    }
  }

  @Override
  public String toString() {
    return name;
  }

  String name() {
    return name;
  }

  String address() {
    return address;
  }

  void types(List<String> handled) {
    types = List.copyOf(handled);
  }

  Bytes value() {
    return RecordCodec.node(address, capacity, types);
  }
}
