package org.quorate.certify.invariants;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyLoglet;
import org.quorate.certify.CertifyView;
import org.quorate.spi.consensus.LinkInvariant.LinkView;

/** The nodes of a simulation that run this strategy. */
final class Views {
  /** A node and what is seen of it. */
  record Seen(NodeId node, boolean alive, long incarnation, CertifyView certify) {}

  private Views() {}

  static List<Seen> of(List<LinkView> nodes) {
    List<Seen> seen = new ArrayList<>(nodes.size());
    for (LinkView n : nodes) {
      if (n.loglet() instanceof CertifyLoglet loglet) {
        seen.add(new Seen(n.node(), n.alive(), n.incarnation(), loglet.view()));
      }
    }
    return seen;
  }
}
