package org.quorate.raft;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;

/**
 * One node's part in one link: gives each event to its handler, and at the end of the turn lets disk
 * and peers have what came of it. Not thread-safe: the group's loop calls it.
 */
public final class RaftLoglet implements PureLoglet {
  private static final String OUTSIDER = "outsider";

  private final Raft raft;
  private final String contradiction;
  private final RaftView view;
  private final RaftDetails details;
  private final OnAppendEntries onAppendEntries;
  private final OnAppendReply onAppendReply;
  private final OnHeartbeat onHeartbeat;
  private final OnHeartbeatReply onHeartbeatReply;
  private final OnVoteRequest onVoteRequest;
  private final OnVoteReply onVoteReply;
  private final OnTimeoutNow onTimeoutNow;
  private final OnSubmitted onSubmitted;
  private final OnReadTail onReadTail;
  private final OnSeal onSeal;
  private final OnConfigure onConfigure;
  private final OnHandOver onHandOver;
  private final OnSnapshotInstalled onSnapshotInstalled;
  private final OnPeer onPeer;
  private boolean opened;

  RaftLoglet(LinkContext link) {
    this(link, Rules.SOUND);
  }

  RaftLoglet(LinkContext link, Rules rules) {
    Recovery found = Recovery.of(link.recovered(), link.genesis());
    contradiction = found.contradiction();
    raft = new Raft(RaftOptions.of(link.options()), rules, link.self(), found, link.seed());
    view = new RaftView(raft);
    details = new RaftDetails(raft);
    onAppendEntries = new OnAppendEntries(raft);
    onAppendReply = new OnAppendReply(raft);
    onHeartbeat = new OnHeartbeat(raft);
    onHeartbeatReply = new OnHeartbeatReply(raft);
    onVoteRequest = new OnVoteRequest(raft);
    onVoteReply = new OnVoteReply(raft);
    onTimeoutNow = new OnTimeoutNow(raft);
    onSubmitted = new OnSubmitted(raft);
    onReadTail = new OnReadTail(raft);
    onSeal = new OnSeal(raft);
    onConfigure = new OnConfigure(raft);
    onHandOver = new OnHandOver(raft);
    onSnapshotInstalled = new OnSnapshotInstalled(raft);
    onPeer = new OnPeer(raft);
  }

  @Override
  public void step(List<Event> turn, Effects out) {
    if (raft.halted() != null) {
      return;
    }
    raft.out = out;
    open();
    int count = turn.size();
    for (int i = 0; i < count && raft.halted() == null; i++) {
      take(turn.get(i));
    }
    if (raft.halted() == null) {
      raft.endOfStep();
    }
    raft.out = null;
  }

  private void open() {
    if (opened) {
      return;
    }
    opened = true;
    if (contradiction != null) {
      raft.halt(contradiction);
    } else {
      raft.out.membership(raft.configs.current(), raft.configs.index());
    }
  }

  private void take(Event event) {
    if (event instanceof Event.Received e) {
      received(e.from(), e.message());
    } else if (event instanceof Event.Submitted e) {
      onSubmitted.handle(e.submissions());
    } else if (event instanceof Event.Durable e) {
      durable(e.token().number());
    } else if (event instanceof Event.Tick e) {
      raft.timers.tick(e.nowMs());
      raft.elections.tick();
    } else if (event instanceof Event.ReadTail e) {
      onReadTail.handle(e.request());
    } else if (event instanceof Event.Checkpointed e) {
      raft.compaction().checkpointed(e.inner());
    } else if (event instanceof Event.Seal e) {
      onSeal.handle(e);
    } else if (event instanceof Event.Configure e) {
      onConfigure.handle(e);
    } else if (event instanceof Event.HandOver e) {
      onHandOver.handle(e);
    } else if (event instanceof Event.SnapshotInstalled e) {
      onSnapshotInstalled.handle(e);
    } else if (event instanceof Event.SnapshotSent e) {
      onPeer.snapshotSent(e);
    } else if (event instanceof Event.PeerReset e) {
      onPeer.reset(e.peer());
    } else if (event instanceof Event.PeerBusy e) {
      onPeer.busy(e.peer());
    } else if (!(event instanceof Event.Applied || event instanceof Event.SnapshotBegun)) {
      throw new IllegalArgumentException("event " + event);
    }
  }

  private void received(NodeId from, Message message) {
    if (message instanceof RaftMessage.AppendEntries m) {
      onAppendEntries.handle(from, m);
    } else if (message instanceof RaftMessage.AppendReply m) {
      onAppendReply.handle(from, m);
    } else if (message instanceof RaftMessage.Heartbeat m) {
      onHeartbeat.handle(from, m);
    } else if (message instanceof RaftMessage.HeartbeatReply m) {
      onHeartbeatReply.handle(from, m);
    } else if (message instanceof RaftMessage.VoteRequest m) {
      onVoteRequest.handle(from, m);
    } else if (message instanceof RaftMessage.VoteReply m) {
      onVoteReply.handle(from, m);
    } else if (message instanceof RaftMessage.TimeoutNow m) {
      onTimeoutNow.handle(from, m);
    } else {
      throw new IllegalArgumentException("message " + message);
    }
  }

  private void durable(long number) {
    raft.disk.durable(number);
    if (raft.role instanceof Candidate candidate) {
      raft.elections.tally(candidate);
    }
  }

  @Override
  public Message decode(Bytes encoded) {
    return RaftCodec.decode(encoded);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException outside of what is kept
   */
  @Override
  public Bytes linkState(long inner) {
    long term = raft.log.term(inner);
    if (term == RaftLog.UNKNOWN || inner > raft.commit()) {
      throw new IllegalArgumentException(
          "index " + inner + " of " + raft.log.base() + ".." + raft.commit());
    }
    return new LinkState(term, raft.configs.at(inner)).encode();
  }

  /** For invariants and tests; valid between steps. */
  public RaftView view() {
    return view;
  }

  /** The last entry's term, then its index: as votes are given (Raft §3.6.1). */
  @Override
  public Bytes logRank() {
    return Bytes.ofLong(raft.log.lastTerm()).concat(Bytes.ofLong(raft.log.last()));
  }

  @Override
  public LinkStatus status() {
    boolean leads = raft.leading() != null && raft.halted() == null;
    String word = word();
    return new LinkStatus(
        word,
        raft.leader,
        leads,
        leads,
        raft.commit(),
        raft.log.last(),
        raft.log.base() + 1,
        raft.configs.current(),
        word.equals(OUTSIDER) ? raft.self.node() + "'s store is no member: ask another node" : null,
        details);
  }

  /** As far apart as {@link Timers} count in full. */
  @Override
  public long quietTickMs() {
    return raft.options.heartbeatMs();
  }

  private String word() {
    if (raft.halted() != null) {
      return "halted";
    }
    if (raft.role != Follower.INSTANCE || raft.votes()) {
      return raft.role.word();
    }
    Member listed = Memberships.find(raft.configs.current(), raft.self.node());
    boolean learns = listed != null && listed.storeId() == raft.self.storeId();
    return learns ? "learner" : OUTSIDER;
  }
}
