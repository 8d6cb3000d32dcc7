package org.quorate.runtime.node;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Role;

/**
 * What is to change in a group.
 *
 * @param role of ADD and ROLE, otherwise VOTER
 * @param weight of ADD, otherwise 1
 * @param address of ADD: host:port of the node's peer port, or empty
 * @param donor of ADD: who should give it its first snapshot; null for anyone
 */
record GroupChange(
    Kind kind, GroupId group, NodeId node, Role role, int weight, String address, NodeId donor) {
  enum Kind {
    ADD,
    REMOVE,
    ROLE,
    HAND_OVER,
    /** The member keeps what it promises in memory only from now on. */
    FORGETS,
    /** The member keeps what it promises on disk. */
    KEEPS,
    /** Nobody waits for the member: an operator works on it. */
    DESYNC,
    /** The operator is done. */
    RESYNC
  }

  /** What says no more than which member. */
  static GroupChange of(Kind kind, GroupId group, NodeId node) {
    return new GroupChange(kind, group, node, Role.VOTER, 1, "", null);
  }

  Bytes encode() {
    Encoder out = new Encoder();
    out.u8(kind.ordinal()).text(group.name()).text(node.name());
    out.u8(role.ordinal()).u8(weight).text(address).text(donor == null ? "" : donor.name());
    return out.take();
  }

  static GroupChange decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int kind = in.u8();
    GroupId group = GroupId.of(in.text());
    NodeId node = NodeId.of(in.text());
    int role = in.u8();
    int weight = in.u8();
    if (kind >= Kind.values().length || role >= Role.values().length || weight == 0) {
      throw new MalformedException("change " + kind + " to role " + role + "*" + weight, 0);
    }
    String address = in.text();
    String donor = in.text();
    return new GroupChange(
        Kind.values()[kind],
        group,
        node,
        Role.values()[role],
        weight,
        address,
        donor.isEmpty() ? null : NodeId.of(donor));
  }
}
