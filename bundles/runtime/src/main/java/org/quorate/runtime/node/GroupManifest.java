package org.quorate.runtime.node;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/**
 * What a node knows of a group before it opens it.
 *
 * @param config what it was created with
 * @param log name of the log storage
 * @param stateMachine name of the state machine
 * @param membership the newest membership this node was told, or the genesis
 */
public record GroupManifest(
    ReplicaConfig config, String log, String stateMachine, Membership membership) {
  private static final int FORMAT = 1;

  GroupId group() {
    return config.group();
  }

  /** The same with a newer membership. */
  GroupManifest with(Membership newer) {
    return new GroupManifest(config, log, stateMachine, newer);
  }

  /** Why this store may not take part, or null. */
  String objection(NodeId node, long storeId) {
    Member member = membership.find(node).orElse(null);
    if (member == null) {
      return "node '"
          + node
          + "' is not a member of the group; add it as a learner: quorate group member-add "
          + group()
          + " "
          + node;
    }
    if (member.storeId() == storeId) {
      return null;
    }
    return "the group lists store "
        + Long.toHexString(member.storeId())
        + " for node '"
        + node
        + "', the store here is "
        + Long.toHexString(storeId)
        + ": its data was replaced, so its vote does not count; let the group forget the old store"
        + " and add the node as a learner: quorate group member-remove "
        + group()
        + " "
        + node
        + ", then quorate group member-add "
        + group()
        + " "
        + node;
  }

  Bytes encode() {
    Encoder out = new Encoder();
    out.u8(FORMAT).text(log).text(stateMachine).bytes(config.encode());
    membership.encode(out);
    return out.take();
  }

  static GroupManifest decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int format = in.u8();
    if (format != FORMAT) {
      throw new MalformedException("manifest of format " + format + ", known is " + FORMAT, 0);
    }
    String log = in.text();
    String stateMachine = in.text();
    try {
      ReplicaConfig config = ReplicaConfig.decode(in.bytes());
      GroupManifest manifest = new GroupManifest(config, log, stateMachine, Membership.decode(in));
      in.end();
      return manifest;
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), in.offset());
    }
  }
}
