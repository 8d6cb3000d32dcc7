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

  /**
   * Why what a quorum has acknowledged could be lost when the members that keep it in memory end, or
   * null: the voters that keep it on disk have to be a majority by themselves.
   */
  public String forgetful() {
    int votes = 0;
    int kept = 0;
    List<NodeId> forget = new java.util.ArrayList<>();
    for (Member member : members) {
      if (member.role() == Role.VOTER) {
        votes += member.weight();
        if (member.forgets()) {
          forget.add(member.node());
        } else {
          kept += member.weight();
        }
      }
    }
    return forget.isEmpty() || kept > votes / 2
        ? null
        : "with "
            + forget
            + " in memory only "
            + kept
            + " of "
            + votes
            + " votes would be on disk: what the group acknowledges has to be on the disks of a"
            + " majority";
  }

  public void encode(Encoder out) {
    out.varint(version).list(members, (e, m) -> m.encode(e));
  }

  public static Membership decode(Decoder in) {
    return new Membership(in.varint(), in.list(Member::decode));
  }
}
