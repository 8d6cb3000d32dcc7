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
 * @param desynced whether an operator works on it, so that nobody is to wait for it: it keeps its
 *     votes and serves, and may fall behind
 */
public record Member(
    NodeId node, long storeId, Role role, int weight, boolean forgets, boolean desynced) {
  /** Most votes of one member. */
  public static final int WEIGHT_MAX = 255;

  private static final int FORGETS = 0x80;
  private static final int DESYNCED = 0x40;

  public Member {
    if (weight < 1 || weight > WEIGHT_MAX) {
      throw new IllegalArgumentException("weight " + weight + " of 1.." + WEIGHT_MAX);
    }
  }

  /** A member that others wait for. */
  public Member(NodeId node, long storeId, Role role, int weight, boolean forgets) {
    this(node, storeId, role, weight, forgets, false);
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
    return new Member(node, storeId, other, weight, forgets, desynced);
  }

  /** The same member, keeping what it promises in memory only or not. */
  public Member forgetting(boolean yes) {
    return new Member(node, storeId, role, weight, yes, desynced);
  }

  /** The same member, with others waiting for it or not. */
  public Member desynced(boolean yes) {
    return new Member(node, storeId, role, weight, forgets, yes);
  }

  public void encode(Encoder out) {
    int flags = (forgets ? FORGETS : 0) | (desynced ? DESYNCED : 0);
    out.text(node.name()).i64(storeId).u8(role.ordinal() | flags).u8(weight);
  }

  public static Member decode(Decoder in) {
    NodeId node = NodeId.decode(in);
    long storeId = in.i64();
    int flags = in.u8();
    int role = flags & ~(FORGETS | DESYNCED);
    if (role >= Role.values().length) {
      throw new MalformedException("role " + role, in.offset() - 1);
    }
    int weight = in.u8();
    if (weight == 0) {
      throw new MalformedException("weight 0", in.offset() - 1);
    }
    boolean forgets = (flags & FORGETS) != 0;
    return new Member(node, storeId, Role.values()[role], weight, forgets, (flags & DESYNCED) != 0);
  }

  @Override
  public String toString() {
    String text = node + "/" + Long.toHexString(storeId) + "/" + role;
    text += (forgets ? "/forgets" : "") + (desynced ? "/desynced" : "");
    return weight == 1 ? text : text + "*" + weight;
  }
}
