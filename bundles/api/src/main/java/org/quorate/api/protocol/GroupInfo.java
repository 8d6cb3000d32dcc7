package org.quorate.api.protocol;

import java.util.List;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * What a node tells a client of a group.
 *
 * @param state RUNNING, PARKED, FAILED, or UNKNOWN when the node does not have it
 * @param why what the state is due to; empty while RUNNING
 * @param leader name of the node that takes proposals, or empty
 * @param historyId identity of the history
 * @param version last version applied on the node
 */
public record GroupInfo(
    String group,
    String state,
    String why,
    String role,
    String leader,
    long historyId,
    long version,
    List<Place> members) {
  /** A member and its client address, empty when it is not known. */
  public record Place(String node, String role, String address) {}

  /** Writes it. */
  public void encode(Encoder out) {
    out.text(group).text(state).text(why).text(role).text(leader).i64(historyId).varint(version);
    out.list(members, (e, m) -> e.text(m.node()).text(m.role()).text(m.address()));
  }

  /** Reads it. */
  public static GroupInfo decode(Decoder in) {
    return new GroupInfo(
        in.text(),
        in.text(),
        in.text(),
        in.text(),
        in.text(),
        in.i64(),
        in.varint(),
        in.list(d -> new Place(d.text(), d.text(), d.text())));
  }
}
