package org.example.tutorial;

import java.util.List;
import org.example.tutorial.TutorialMessage.Accept;
import org.example.tutorial.TutorialMessage.Accepted;
import org.example.tutorial.TutorialMessage.Decided;
import org.example.tutorial.TutorialMessage.Heard;
import org.example.tutorial.TutorialMessage.Heartbeat;
import org.example.tutorial.TutorialMessage.Prepare;
import org.example.tutorial.TutorialMessage.Promise;
import org.example.tutorial.TutorialMessage.Reject;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.transport.Lane;

/** What a node does for whoever leads or wants to. */
final class Follower {
  private final TutorialLoglet node;
  private final Acceptor acceptor;
  private final Learner learner;
  private final long store;
  private NodeId leader; // as far as is known
  private Ballot followed = Ballot.NONE; // the leader's
  private long matched; // all that this leader proposed up to here was accepted
  private long heardMs = Long.MIN_VALUE / 2; // from the leader

  Follower(TutorialLoglet node, long store) {
    this.node = node;
    this.store = store;
    acceptor = node.acceptor();
    learner = node.learner();
  }

  /** Who leads, or null while nobody is known. */
  NodeId leader() {
    return leader;
  }

  void leader(NodeId now) {
    leader = now;
  }

  boolean follows(Ballot ballot) {
    return followed.equals(ballot);
  }

  /** Accepted from the leader, or decided: the same for all that is decided. */
  long matched() {
    return Math.max(matched, learner.decided());
  }

  /** Goes by a leader's ballot unless a higher one was promised. */
  private boolean follows(NodeId from, Ballot ballot, Effects out) {
    if (ballot.below(acceptor.promised())) {
      out.send(from, Lane.CONTROL, new Reject(acceptor.promised()));
      return false;
    }
    if (!ballot.equals(followed)) {
      node.giveUp(from, out);
      if (acceptor.promised().below(ballot)) {
        acceptor.promise(ballot, learner.decided(), out);
      }
      followed = ballot;
      matched = acceptor.acceptedFrom(learner.decided(), ballot);
    }
    leader = from;
    heardMs = node.nowMs();
    node.putOffCandidacy();
    return true;
  }

  /** A process says of itself that it would speak if it could. */
  void busy(NodeId from) {
    if (from.equals(leader)) {
      heardMs = node.nowMs();
      node.putOffCandidacy();
    }
  }

  void on(NodeId from, Heartbeat m, Effects out) {
    if (follows(from, m.ballot(), out)) {
      out.send(from, Lane.CONTROL, new Heard(store, m.ballot(), m.round()));
      long version = learner.membership().version();
      node.decide(Math.min(m.decided(), matched()), out);
      if (learner.membership().version() != version) {
        answer(from, out); // the leader waits for who knows the new one
      }
    }
  }

  void on(NodeId from, Accept m, Effects out) {
    if (!follows(from, m.ballot(), out)) {
      return;
    }
    if (m.previous() <= matched()) {
      int known = (int) Math.min(m.entries().size(), matched() - m.previous());
      List<Entry> news = m.entries().subList(known, m.entries().size());
      acceptor.accept(m.previous() + known, news, m.ballot(), learner.decided(), out);
      matched = Math.max(matched(), m.previous() + m.entries().size());
      node.decide(Math.min(m.decided(), matched), out);
    }
    answer(from, out);
  }

  /** Says what is there, as soon as it is on disk. */
  private void answer(NodeId to, Effects out) {
    Accepted answer = new Accepted(store, followed, matched(), learner.decided());
    if (acceptor.newest() == null) {
      out.send(to, Lane.DATA, answer);
    } else {
      out.promise(acceptor.newest(), to, Lane.DATA, answer);
    }
  }

  /** Who is behind must not lead, and nobody may while a leader is there: unless it wants that. */
  void on(NodeId from, Prepare m, Effects out) {
    if (m.ballot().below(acceptor.promised())) {
      out.send(from, Lane.CONTROL, new Reject(acceptor.promised()));
    } else if (m.decided() < learner.decided()) {
      catchUp(from, m.decided(), out);
    } else if (m.force() || from.equals(leader) || !leaderIsThere()) {
      node.giveUp(from, out);
      node.putOffCandidacy();
      leader = null;
      Promise promise = new Promise(store, m.ballot(), acceptor.votes(m.decided() + 1));
      out.promise(
          acceptor.promise(m.ballot(), learner.decided(), out), from, Lane.CONTROL, promise);
    }
  }

  private boolean leaderIsThere() {
    return node.leading() != null
        || leader != null && node.nowMs() - heardMs < node.options().electionMs();
  }

  private void catchUp(NodeId to, long decided, Effects out) {
    if (decided < acceptor.base()) {
      out.needSnapshot(to, acceptor.base());
    } else {
      long most = node.options().batchBytes();
      out.send(
          to,
          Lane.DATA,
          new Decided(decided, acceptor.entries(decided + 1, learner.decided(), most)));
    }
  }

  /** A leader hears from a quorum: what it does not know comes from one that leads by now. */
  void on(Decided m, Effects out) {
    long upTo = m.previous() + m.entries().size();
    if (node.leading() == null && m.previous() <= learner.decided() && upTo > learner.decided()) {
      int known = (int) (learner.decided() - m.previous());
      List<Entry> news = m.entries().subList(known, m.entries().size());
      // Under any ballot at least as high as that of the decision it is the same value.
      acceptor.accept(learner.decided(), news, acceptor.promised(), learner.decided(), out);
      node.decide(upTo, out);
    }
  }
}
