package org.quorate.spi.consensus;

import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * A member of a group.
 *
 * @param storeId random identity of the node's formatted store: the voter. A node that comes back
 *     with another store is not this member.
 */
public record Member(NodeId node, long storeId, Role role) {
  public void encode(Encoder out) {
    out.text(node.name()).i64(storeId).u8(role.ordinal());
  }

  public static Member decode(Decoder in) {
    NodeId node = NodeId.of(in.text());
    long storeId = in.i64();
    int role = in.u8();
    if (role >= Role.values().length) {
      throw new MalformedException("role " + role, in.offset() - 1);
    }
    return new Member(node, storeId, Role.values()[role]);
  }

  @Override
  public String toString() {
    return node + "/" + Long.toHexString(storeId) + "/" + role;
  }
}
