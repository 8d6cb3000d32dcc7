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
 * @param successor encoding of the manifest by which the group went on in another history; null
 *     while this one is the group's
 * @param discard whether the state here is of an earlier history and is to be deleted first
 */
public record GroupManifest(
    ReplicaConfig config,
    String log,
    String stateMachine,
    Membership membership,
    Bytes successor,
    boolean discard) {
  private static final int FORMAT = 1;

  /** With what a fork adds at the end; only written where there was one. */
  static final int NEWEST_FORMAT = 2;

  /** Of a history that goes on. */
  GroupManifest(ReplicaConfig config, String log, String stateMachine, Membership membership) {
    this(config, log, stateMachine, membership, null, false);
  }

  GroupId group() {
    return config.group();
  }

  /** The same with a newer membership. */
  GroupManifest with(Membership newer) {
    return new GroupManifest(config, log, stateMachine, newer, successor, discard);
  }

  /** The same group in the history that its state went on in. */
  GroupManifest forked(ReplicaConfig actual) {
    ReplicaConfig next = config.forked(actual.historyId(), actual.lineage());
    return new GroupManifest(next, log, stateMachine, next.genesis());
  }

  /** The same with the history that took over. */
  GroupManifest endedBy(GroupManifest next) {
    return new GroupManifest(config, log, stateMachine, membership, next.encode(), false);
  }

  /** The same, and what is here is to be deleted, or no longer. */
  GroupManifest discarding(boolean first) {
    return new GroupManifest(config, log, stateMachine, membership, null, first);
  }

  /** The manifest of the history that took over; null if there is none. */
  GroupManifest next() {
    return successor == null ? null : decode(successor);
  }

  /** Why nothing of this history counts any more, and what to do; null if it is the group's. */
  String ended(NodeId node) {
    if (successor == null) {
      return null;
    }
    return config.describe(next().config())
        + "; node '"
        + node
        + "' is refused: quorate group reseed "
        + group()
        + " --node "
        + node
        + " exports what it has beyond that and gives it the group's state";
  }

  /** Why this store may not take part, or null. */
  String objection(NodeId node, long storeId) {
    if (successor != null) {
      return ended(node);
    }
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

  /** Whether a node belonged to a history that ended by a fork of this one: it has to learn of that. */
  boolean forkedFrom(NodeId node) {
    return config.lineage().stream().anyMatch(fork -> fork.members().find(node).isPresent());
  }

  boolean lists(NodeId node) {
    return membership.find(node).isPresent();
  }

  /** Whether what a node is told counts more than this; what leaves the node out was decided. */
  boolean yieldsTo(GroupManifest told, NodeId node) {
    long newer = told.membership().version() - membership.version();
    return newer > 0 || newer == 0 && lists(node) && !told.lists(node);
  }

  /** The same with other storages. */
  GroupManifest on(String otherLog, String storage) {
    ReplicaConfig moved =
        new ReplicaConfig(
            config.group(),
            config.historyId(),
            config.strategy(),
            storage,
            config.genesis(),
            config.options(),
            config.lineage());
    return new GroupManifest(moved, otherLog, stateMachine, membership, successor, discard);
  }

  Bytes encode() {
    Encoder out = new Encoder();
    boolean plain = successor == null && !discard;
    out.u8(plain ? FORMAT : NEWEST_FORMAT).text(log).text(stateMachine).bytes(config.encode());
    membership.encode(out);
    if (!plain) {
      out.optional(successor).bool(discard);
    }
    return out.take();
  }

  static GroupManifest decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int format = in.u8();
    if (format != FORMAT && format != NEWEST_FORMAT) {
      throw new MalformedException(
          "manifest of format " + format + ", known is up to " + NEWEST_FORMAT, 0);
    }
    String log = in.text();
    String stateMachine = in.text();
    try {
      ReplicaConfig config = ReplicaConfig.decode(in.bytes());
      Membership membership = Membership.decode(in);
      Bytes successor = format == NEWEST_FORMAT ? in.optional() : null;
      boolean discard = format == NEWEST_FORMAT && in.bool();
      in.end();
      return new GroupManifest(config, log, stateMachine, membership, successor, discard);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), in.offset());
    }
  }
}
