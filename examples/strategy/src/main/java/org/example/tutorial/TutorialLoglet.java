package org.example.tutorial;

import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.example.tutorial.TutorialMessage.Accept;
import org.example.tutorial.TutorialMessage.Accepted;
import org.example.tutorial.TutorialMessage.Decided;
import org.example.tutorial.TutorialMessage.Heard;
import org.example.tutorial.TutorialMessage.Heartbeat;
import org.example.tutorial.TutorialMessage.Prepare;
import org.example.tutorial.TutorialMessage.Promise;
import org.example.tutorial.TutorialMessage.Reject;
import org.example.tutorial.TutorialMessage.TakeOver;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.storage.Pending;

/**
 * One node's part in one link: takes the events of a turn, gives each to the part it is for, and
 * knows whether the node follows, wants to lead ({@link Candidate}) or leads ({@link Leader}). Not
 * thread-safe: the group's loop calls it.
 */
final class TutorialLoglet implements PureLoglet {
  private final Member self;
  private final TutorialOptions options;
  private final IntUnaryOperator quorum;
  private final SplittableRandom random;
  private final Membership genesis;
  private final Details details = new Details();
  private Acceptor acceptor;
  private Learner learner;
  private Follower follower;
  private Candidate candidate;
  private Leader leading;
  private long highestRound; // of any ballot seen
  private boolean ticked;
  private long tickedMs;
  private long nowMs; // time in which this node ran
  private long candidacyMs; // when to want to lead
  private boolean opened;
  private String halted;

  TutorialLoglet(LinkContext link, IntUnaryOperator quorum) {
    this.quorum = quorum;
    self = link.self();
    options = TutorialOptions.of(link.options());
    random = new SplittableRandom(link.seed());
    genesis = link.genesis();
    try {
      acceptor = new Acceptor(link.recovered());
      learner = new Learner(link, acceptor);
    } catch (RuntimeException e) {
      halted = "what is on disk contradicts itself: " + e.getMessage();
      return;
    }
    follower = new Follower(this, self.storeId());
    putOffCandidacy();
    if (acceptor.promised() == Ballot.NONE && genesis.voters().indexOf(self.node()) == 0) {
      candidacyMs = 0; // a new link: somebody has to begin
    }
  }

  // ---- what the parts use ----------------------------------------------------------------------

  TutorialOptions options() {
    return options;
  }

  Acceptor acceptor() {
    return acceptor;
  }

  Learner learner() {
    return learner;
  }

  NodeId self() {
    return self.node();
  }

  long nowMs() {
    return nowMs;
  }

  /** How many of so many voters make a quorum. */
  int quorum(int voters) {
    return quorum.applyAsInt(voters);
  }

  /** This node's leader, or null if it does not lead. */
  Leader leading() {
    return leading;
  }

  boolean votes() {
    return votes(self);
  }

  /** Whether it votes on the next slot, with this very store. */
  boolean votes(Member member) {
    Member listed = learner.membership().find(member.node()).orElse(null);
    return listed != null && listed.role() == Role.VOTER && listed.storeId() == member.storeId();
  }

  // ---- events ----------------------------------------------------------------------------------

  @Override
  public void step(List<Event> turn, Effects out) {
    if (!opened) {
      opened = true;
      open(out);
    }
    if (halted == null) {
      turn.forEach(event -> on(event, out));
      if (leading != null) {
        leading.flush(out);
      }
    }
  }

  private void open(Effects out) {
    if (halted != null) {
      out.halt(halted);
    } else {
      out.membership(learner.membership(), learner.membershipSlot());
      learner.decide(acceptor.knownDecided(), out);
    }
  }

  private void on(Event event, Effects out) {
    if (event instanceof Event.Received e) {
      received(e.from(), e.message(), out);
    } else if (event instanceof Event.Durable e) {
      durable(e.token().number());
    } else if (event instanceof Event.Tick e) {
      tick(e.nowMs(), out);
    } else if (event instanceof Event.Checkpointed e) {
      acceptor.forget(Math.min(e.inner(), learner.decided()) - options.retain(), out);
      learner.forget(acceptor.base());
    } else if (event instanceof Event.SnapshotInstalled e) {
      installed(e, out);
    } else if (event instanceof Event.SnapshotSent e) {
      if (leading != null) {
        leading.snapshotSent(e);
      }
    } else if (event instanceof Event.PeerReset e) {
      if (leading != null) {
        leading.lostTouch(e.peer());
      } else if (candidate != null) {
        candidate.ask(e.peer(), out);
      }
    } else if (event instanceof Event.PeerBusy e) {
      if (leading != null) {
        leading.busy(e.peer());
      } else if (candidate == null) {
        follower.busy(e.peer());
      }
    } else if (event instanceof Event.Applied || event instanceof Event.SnapshotBegun) {
      return; // only of interest to a strategy that waits for its own state, or shows who gives
    } else if (leading != null) {
      leading.on(event, out);
    } else {
      NotLeading.refuse(event, follower.leader(), out);
    }
  }

  private void received(NodeId from, Message message, Effects out) {
    if (message instanceof Accept m) {
      follower.on(from, m, out);
    } else if (message instanceof Heartbeat m) {
      follower.on(from, m, out);
    } else if (message instanceof Accepted m) {
      if (leads(m.ballot())) {
        leading.accepted(from, m);
      }
    } else if (message instanceof Heard m) {
      if (leads(m.ballot())) {
        leading.heard(from, m);
      }
    } else if (message instanceof Prepare m) {
      highestRound = Math.max(highestRound, m.ballot().round());
      follower.on(from, m, out);
    } else if (message instanceof Promise m) {
      promised(from, m);
    } else if (message instanceof Reject m) {
      rejected(m, out);
    } else if (message instanceof Decided m) {
      follower.on(m, out);
    } else if (message instanceof TakeOver m) {
      if (follower.follows(m.ballot()) && votes()) {
        decide(Math.min(m.decided(), follower.matched()), out);
        campaign(true, out);
      }
    } else {
      throw new IllegalArgumentException("message " + message);
    }
  }

  /** Whether this node leads with a ballot. */
  boolean leads(Ballot ballot) {
    return leading != null && leading.ballot().equals(ballot);
  }

  private void durable(long number) {
    if (leading != null) {
      leading.durable(number);
    } else if (candidate != null) {
      candidate.durable(self.node(), number);
      leadIfPromised();
    }
  }

  /** No step of time is longer than a heartbeat: who stood still hears what came before it acts. */
  private void tick(long atMs, Effects out) {
    if (ticked) {
      nowMs += Math.max(0, Math.min(atMs - tickedMs, options.heartbeatMs()));
    }
    ticked = true;
    tickedMs = atMs;
    if (leading != null) {
      if (!leading.tick(out)) {
        giveUp(null, out);
        putOffCandidacy();
      }
    } else if (nowMs >= candidacyMs && votes()) {
      campaign(false, out);
    }
  }

  private void installed(Event.SnapshotInstalled event, Effects out) {
    if (event.inner() > learner.decided()) {
      giveUp(null, out);
      learner.installed(event.inner(), event.linkState(), out);
      acceptor.forget(event.inner(), out);
    }
  }

  // ---- who leads -------------------------------------------------------------------------------

  /** Gives a leader, or another candidate, one to two election timeouts. */
  void putOffCandidacy() {
    candidacyMs = nowMs + options.electionMs() + random.nextLong(options.electionMs());
  }

  /** Wants to lead, with a ballot that nobody has used. */
  private void campaign(boolean force, Effects out) {
    giveUp(null, out);
    follower.leader(null);
    putOffCandidacy();
    highestRound = Math.max(highestRound, acceptor.promised().round()) + 1;
    Ballot ballot = new Ballot(highestRound, self.storeId());
    long decided = learner.decided();
    Pending own = acceptor.promise(ballot, decided, out);
    candidate = new Candidate(ballot, decided, force, own, acceptor.votes(decided + 1));
    for (NodeId voter : learner.membership().voters()) {
      if (!voter.equals(self.node())) {
        candidate.ask(voter, out);
      }
    }
  }

  private void promised(NodeId from, Promise m) {
    if (candidate != null
        && candidate.ballot().equals(m.ballot())
        && votes(new Member(from, m.store(), Role.VOTER))) {
      candidate.promised(from, m.accepted());
      leadIfPromised();
    }
  }

  private void leadIfPromised() {
    if (candidate.promises() >= quorum(learner.membership().voters().size())) {
      leading = new Leader(this, candidate.ballot(), candidate.chosen(learner.decided()));
      candidate = null;
      follower.leader(self.node());
    }
  }

  /** Somebody has promised a higher ballot; a leader, which others still follow, outbids it. */
  private void rejected(Reject m, Effects out) {
    highestRound = Math.max(highestRound, m.promised().round());
    if (leading != null && leading.ballot().below(m.promised())) {
      campaign(false, out);
    } else if (candidate != null && candidate.ballot().below(m.promised())) {
      candidate = null;
      candidacyMs = nowMs + random.nextLong(options.electionMs());
    }
  }

  /**
   * Neither leads nor wants to any more.
   *
   * @param hint who does, or null
   */
  void giveUp(NodeId hint, Effects out) {
    candidate = null;
    if (leading != null) {
      Leader was = leading;
      leading = null;
      follower.leader(hint);
      was.end(hint, out);
    }
  }

  /** All up to a slot is decided. */
  void decide(long upTo, Effects out) {
    long before = learner.decided();
    if (upTo <= before) {
      return;
    }
    long version = learner.membership().version();
    learner.decide(upTo, out);
    if (leading != null) {
      leading.decided(before, upTo, out);
    }
    if (learner.membership().version() != version) {
      acceptor.remember(upTo, out);
      candidate = null;
      if (leading != null && !leading.membershipDecided(out)) {
        if (votes()) {
          campaign(false, out);
        } else {
          leading.leave(out);
        }
      }
    }
  }

  // ---- the rest --------------------------------------------------------------------------------

  @Override
  public Message decode(Bytes encoded) {
    return TutorialMessage.decode(encoded);
  }

  @Override
  public Bytes linkState(long inner) {
    return learner.linkState(inner);
  }

  @Override
  public long quietTickMs() {
    return options.heartbeatMs();
  }

  @Override
  public LinkStatus status() {
    if (halted != null) {
      return new LinkStatus(
          "halted", null, false, false, 0, 0, 1, genesis, halted, Map.of("halted", halted));
    }
    return new LinkStatus(
        role(),
        follower.leader(),
        leading != null,
        leading != null,
        learner.decided(),
        acceptor.last(),
        acceptor.base() + 1,
        learner.membership(),
        null,
        details);
  }

  /** What only this strategy has; the platform asks for the status often and seldom reads this. */
  private final class Details extends AbstractMap<String, String> {
    @Override
    public Set<Map.Entry<String, String>> entrySet() {
      Map<String, String> now = new TreeMap<>();
      now.put("ballot", acceptor.promised().toString());
      if (leading != null) {
        leading.describe(now);
      }
      return now.entrySet();
    }
  }

  private String role() {
    if (leading != null) {
      return "leader";
    } else if (candidate != null) {
      return "candidate";
    } else if (votes()) {
      return "follower";
    }
    return learner.membership().find(self.node()).isPresent() ? "learner" : "outsider";
  }
}
