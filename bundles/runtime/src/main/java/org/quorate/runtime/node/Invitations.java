package org.quorate.runtime.node;

import org.quorate.api.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the nodes that belong to a group, or did, know how it stands. On the groups' loops. */
final class Invitations {
  private static final Logger LOG = LoggerFactory.getLogger(Invitations.class);
  private static final long PATIENCE_MS = 5000;

  private final QuorateNode node;

  Invitations(QuorateNode node) {
    this.node = node;
  }

  /** Tells a peer of the groups that it has a part in; it takes what is new to it. */
  void offer(NodeId peer) {
    for (GroupHost host : node.groups().all()) {
      host.loop().execute(() -> offer(host, peer));
    }
  }

  void offer(GroupHost host, NodeId peer) {
    if (host.membership().find(peer).isPresent() || host.manifest().forkedFrom(peer)) {
      tell(peer, host.manifest().with(host.membership()));
    } else if (host.decidedMembership() != null) {
      tell(peer, host.manifest().with(host.decidedMembership()));
    }
  }

  /** A member takes the manifest; who is left out in it closes its replica, if it has one. */
  void tell(NodeId peer, GroupManifest manifest) {
    if (peer.equals(node.id())) {
      return;
    }
    node.ask(
        peer,
        PeerOperation.INSTALL,
        manifest.encode(),
        PATIENCE_MS,
        reply -> {
          Answer answer = reply == null ? Answer.DONE : Answer.decode(reply);
          if (answer.failure() != null) {
            LOG.warn("{} refuses group {}: {}", peer, manifest.group(), answer.message());
          }
        });
  }
}
