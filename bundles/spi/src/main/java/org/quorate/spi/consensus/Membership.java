package org.quorate.spi.consensus;

import java.util.List;
import java.util.Optional;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * Who belongs to a group.
 *
 * @param version rises by one with each change
 * @param members in the order of their names, one per node
 */
public record Membership(long version, List<Member> members) {
  public Membership {
    members = members.stream().sorted(java.util.Comparator.comparing(Member::node)).toList();
  }

  public Optional<Member> find(NodeId node) {
    return members.stream().filter(m -> m.node().equals(node)).findFirst();
  }

  /** Members that count for a quorum and hold data. */
  public List<NodeId> voters() {
    return members.stream().filter(m -> m.role() == Role.VOTER).map(Member::node).toList();
  }

  public void encode(Encoder out) {
    out.varint(version).list(members, (e, m) -> m.encode(e));
  }

  public static Membership decode(Decoder in) {
    return new Membership(in.varint(), in.list(Member::decode));
  }
}
