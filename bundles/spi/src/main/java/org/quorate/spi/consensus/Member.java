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
 * @param weight votes it has, from 1 to {@link #WEIGHT_MAX}; a strategy that counts heads refuses
 *     any other than 1
 * @param forgets whether it keeps what it promises in memory only, and is another store when its
 *     process has ended
 */
public record Member(NodeId node, long storeId, Role role, int weight, boolean forgets) {
  /** Most votes of one member. */
  public static final int WEIGHT_MAX = 255;

  private static final int FORGETS = 0x80;

  public Member {
    if (weight < 1 || weight > WEIGHT_MAX) {
      throw new IllegalArgumentException("weight " + weight + " of 1.." + WEIGHT_MAX);
    }
  }

  /** A member that keeps what it promises. */
  public Member(NodeId node, long storeId, Role role, int weight) {
    this(node, storeId, role, weight, false);
  }

  /** A member with one vote. */
  public Member(NodeId node, long storeId, Role role) {
    this(node, storeId, role, 1);
  }

  /** The same member in another role. */
  public Member as(Role other) {
    return new Member(node, storeId, other, weight, forgets);
  }

  /** The same member, keeping what it promises in memory only or not. */
  public Member forgetting(boolean yes) {
    return new Member(node, storeId, role, weight, yes);
  }

  public void encode(Encoder out) {
    out.text(node.name()).i64(storeId).u8(role.ordinal() | (forgets ? FORGETS : 0)).u8(weight);
  }

  public static Member decode(Decoder in) {
    NodeId node = NodeId.of(in.text());
    long storeId = in.i64();
    int flags = in.u8();
    int role = flags & ~FORGETS;
    if (role >= Role.values().length) {
      throw new MalformedException("role " + role, in.offset() - 1);
    }
    int weight = in.u8();
    if (weight == 0) {
      throw new MalformedException("weight 0", in.offset() - 1);
    }
    return new Member(node, storeId, Role.values()[role], weight, (flags & FORGETS) != 0);
  }

  @Override
  public String toString() {
    String text = node + "/" + Long.toHexString(storeId) + "/" + role + (forgets ? "/forgets" : "");
    return weight == 1 ? text : text + "*" + weight;
  }
}
