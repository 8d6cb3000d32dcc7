package org.quorate.core.log;

import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/**
 * Where a history left the one before it: a forced bootstrap made one node the whole group. What
 * other members of the parent had beyond it is no part of the group any more.
 *
 * @param parent identity of the history that ended
 * @param founder the only member that the new history began with
 * @param certain last position that the founder knew to be decided: every member of the parent has
 *     the same up to there
 * @param position last position that was taken over; what is after {@code certain} came from the
 *     founder's log alone
 * @param version commits up to {@code position}
 * @param tailHash of the records after {@code certain}, as {@code history.TailHash} makes it
 * @param members of the parent, as the founder knew them
 */
public record Fork(
    long parent,
    Member founder,
    long certain,
    long position,
    long version,
    long tailHash,
    Membership members) {

  /** The node that was made the whole group. */
  public NodeId node() {
    return founder.node();
  }

  public void encode(Encoder out) {
    out.i64(parent);
    founder.encode(out);
    out.varint(certain).varint(position).varint(version).i64(tailHash);
    members.encode(out);
  }

  public static Fork decode(Decoder in) {
    return new Fork(
        in.i64(),
        Member.decode(in),
        in.varint(),
        in.varint(),
        in.varint(),
        in.i64(),
        Membership.decode(in));
  }

  /** The fork by which one of a line of histories ended; null if none of them did so there. */
  public static Fork from(long history, List<Fork> lineage) {
    return lineage.stream().filter(f -> f.parent() == history).findFirst().orElse(null);
  }

  /**
   * Says that two replicas are of different histories of a group, and how these are related.
   *
   * @param lineage the forks that led to {@code mine}, the oldest first
   * @param theirLineage those that led to {@code theirs}
   */
  public static String describe(
      long mine, List<Fork> lineage, long theirs, List<Fork> theirLineage) {
    Fork ended = from(mine, theirLineage);
    if (ended != null) {
      return "history " + hex(mine) + " ended " + ended.point() + " and went on as " + hex(theirs);
    }
    Fork left = from(theirs, lineage);
    if (left != null) {
      return "history " + hex(theirs) + " ended " + left.point() + " and went on as " + hex(mine);
    }
    String two = "history " + hex(theirs) + " is not history " + hex(mine);
    for (int i = lineage.size() - 1; i >= 0; i--) {
      Fork ours = lineage.get(i);
      Fork other = from(ours.parent(), theirLineage);
      if (other != null) {
        return two
            + ": both left history "
            + hex(ours.parent())
            + ", the first "
            + other.point()
            + ", the second "
            + ours.point();
      }
    }
    return two + ", and they have nothing in common";
  }

  private String point() {
    return "at position "
        + position
        + " (version "
        + version
        + ") by a forced bootstrap of "
        + node();
  }

  /** As GTIDs show it. */
  public static String hex(long history) {
    return Long.toHexString(history);
  }
}
