package org.example.tutorial;

import java.util.List;
import java.util.TreeMap;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.LinkInvariant;

/** Nobody leads with the ballot of another, not even one after the other. */
final class AtMostOneLeaderPerBallot implements LinkInvariant {
  private final TreeMap<Ballot, NodeId> leaders = new TreeMap<>();

  @Override
  public String check(List<LinkView> nodes) {
    for (LinkView view : nodes) {
      if (view.alive() && view.loglet() instanceof TutorialLoglet loglet) {
        Leader leader = loglet.leading();
        NodeId other = leader == null ? null : leaders.putIfAbsent(leader.ballot(), view.node());
        if (other != null && !other.equals(view.node())) {
          return view.node() + " and " + other + " lead with ballot " + leader.ballot();
        }
      }
    }
    return null;
  }
}
