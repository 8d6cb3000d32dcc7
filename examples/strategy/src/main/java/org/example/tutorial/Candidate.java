package org.example.tutorial;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.example.tutorial.TutorialMessage.Prepare;
import org.example.tutorial.TutorialMessage.Vote;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/**
 * Phase 1, for all slots at once: a quorum promises to accept nothing of a lower ballot and says what
 * it has accepted, so that whatever may be decided already is proposed again.
 */
final class Candidate {
  private final Ballot ballot;
  private final long decided;
  private final boolean force;
  private final Pending own;
  private final List<Vote> ownVotes;
  private final TreeMap<NodeId, List<Vote>> promises = new TreeMap<>();

  /**
   * Begins.
   *
   * @param own the write of the promise to itself
   * @param ownVotes what this node has accepted after {@code decided}
   */
  Candidate(Ballot ballot, long decided, boolean force, Pending own, List<Vote> ownVotes) {
    this.ballot = ballot;
    this.decided = decided;
    this.force = force;
    this.own = own;
    this.ownVotes = ownVotes;
  }

  Ballot ballot() {
    return ballot;
  }

  /** Asks a voter, when nobody can be asked with this ballot again after a restart. */
  void ask(NodeId voter, Effects out) {
    out.promise(own, voter, Lane.CONTROL, new Prepare(ballot, decided, force));
  }

  /** A write, and all before it, is on disk: perhaps the promise to itself. */
  void durable(NodeId self, long number) {
    if (own.number() <= number) {
      promises.putIfAbsent(self, ownVotes);
    }
  }

  void promised(NodeId voter, List<Vote> accepted) {
    promises.put(voter, accepted);
  }

  int promises() {
    return promises.size();
  }

  /**
   * What has to be proposed after a slot: in each the value with the highest ballot, for it alone may
   * be decided. Behind a membership others vote, and nothing is proposed before they are asked.
   */
  List<Entry> chosen(long after) {
    List<Entry> chosen = new ArrayList<>();
    for (int i = (int) (after - decided); ; i++) {
      Vote best = null;
      for (List<Vote> votes : promises.values()) {
        if (i < votes.size() && (best == null || best.ballot().below(votes.get(i).ballot()))) {
          best = votes.get(i);
        }
      }
      if (best == null) {
        return chosen;
      }
      chosen.add(best.entry());
      if (best.entry().kind() == Entry.Kind.MEMBERSHIP) {
        return chosen;
      }
    }
  }
}
