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
      return "the group goes on without node '"
          + node
          + "' since its membership "
          + membership.version()
          + ": the replica is closed, its data is kept; to have it back: quorate group members "
          + group()
          + " add "
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
        + " and add the node as a learner: quorate group members "
        + group()
        + " remove "
        + node
        + ", then quorate group members "
        + group()
        + " add "
        + node;
  }

  boolean lists(NodeId node) {
    return membership.find(node).isPresent();
  }

  /** Whether what a node is told counts more than this; what leaves the node out was decided. */
  boolean yieldsTo(GroupManifest told, NodeId node) {
    long newer = told.membership().version() - membership.version();
    return newer > 0 || newer == 0 && lists(node) && !told.lists(node);
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
