package org.quorate.operations;

import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Keys;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationException.Code;
import org.quorate.spi.operations.OperationLimits;

/**
 * What a node says of itself.
 *
 * @param name one name of a key, different from that of every other node
 * @param address where it is: a node of the same name and address is this one, started again
 */
public record Self(String name, String address) {
  public Self {
    OperationLimits.name("the node's name", name);
    OperationLimits.name("the node's address", address);
    try {
      Keys.check(name);
    } catch (CoordinationException e) {
      throw new OperationException(Code.INVALID, e.getMessage(), e);
    }
    if (name.indexOf('/') >= 0) {
      throw new OperationException(Code.INVALID, "node '" + name + "' is not one name");
    }
  }
}
