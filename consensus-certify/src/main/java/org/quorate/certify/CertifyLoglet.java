package org.quorate.certify;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.LinkStatus;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.PureLoglet;

/**
 * One node's part in one link: gives each event to its handler, and at the end of the turn lets disk
 * and peers have what came of it. Not thread-safe: the group's loop calls it.
 */
public final class CertifyLoglet implements PureLoglet {
  private final Certify certify;
  private final String contradiction;
  private final CertifyView view;
  private final CertifyDetails details;
  private final OnPayloads onPayloads;
  private final OnOrder onOrder;
  private final OnGap onGap;
  private final OnAck onAck;
  private final OnBeat onBeat;
  private final OnBeatReply onBeatReply;
  private final OnCanvass onCanvass;
  private final OnCanvassReply onCanvassReply;
  private final OnPrepare onPrepare;
  private final OnPromise onPromise;
  private final OnFetch onFetch;
  private final OnTailAsk onTailAsk;
  private final OnTakeOver onTakeOver;
  private final OnSubmitted onSubmitted;
  private final OnSeal onSeal;
  private final OnConfigure onConfigure;
  private final OnHandOver onHandOver;
  private final OnSnapshotInstalled onSnapshotInstalled;
  private final OnPeer onPeer;
  private boolean opened;

  CertifyLoglet(LinkContext link) {
    this(link, Rules.SOUND);
  }

  CertifyLoglet(LinkContext link, Rules rules) {
    Recovery found = Recovery.of(link.recovered(), link.genesis());
    contradiction = found.contradiction();
    certify =
        new Certify(rules, CertifyOptions.of(link.options()), link.self(), found, link.seed());
    view = new CertifyView(certify);
    details = new CertifyDetails(certify);
    onPayloads = new OnPayloads(certify);
    onOrder = new OnOrder(certify);
    onGap = new OnGap(certify);
    onAck = new OnAck(certify);
    onBeat = new OnBeat(certify);
    onBeatReply = new OnBeatReply(certify);
    onCanvass = new OnCanvass(certify);
    onCanvassReply = new OnCanvassReply(certify);
    onPrepare = new OnPrepare(certify);
    onPromise = new OnPromise(certify);
    onFetch = new OnFetch(certify);
    onTailAsk = new OnTailAsk(certify);
    onTakeOver = new OnTakeOver(certify);
    onSubmitted = new OnSubmitted(certify);
    onSeal = new OnSeal(certify);
    onConfigure = new OnConfigure(certify);
    onHandOver = new OnHandOver(certify);
    onSnapshotInstalled = new OnSnapshotInstalled(certify);
    onPeer = new OnPeer(certify);
  }

  @Override
  public void step(List<Event> turn, Effects out) {
    if (certify.halted() != null) {
      return;
    }
    certify.out = out;
    open();
    int count = turn.size();
    for (int i = 0; i < count && certify.halted() == null; i++) {
      take(turn.get(i));
    }
    if (certify.halted() == null) {
      certify.endOfStep();
    }
    certify.out = null;
  }

  private void open() {
    if (opened) {
      return;
    }
    opened = true;
    if (contradiction != null) {
      certify.halt(contradiction);
    } else {
      certify.out.membership(certify.configs.current(), certify.configs.index());
    }
  }

  private void take(Event event) {
    if (event instanceof Event.Received e) {
      received(e.from(), e.message());
    } else if (event instanceof Event.Submitted e) {
      onSubmitted.handle(e.submissions());
    } else if (event instanceof Event.Durable e) {
      certify.disk.durable(e.token().number());
    } else if (event instanceof Event.Tick e) {
      tick(e.nowMs());
    } else if (event instanceof Event.ReadTail e) {
      certify.tails.add(e.request());
    } else if (event instanceof Event.Checkpointed e) {
      certify.compaction().checkpointed(e.inner());
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
    } else if (event instanceof Event.SnapshotBegun e) {
      certify.donating.begun(e.to());
    } else if (event instanceof Event.PeerReset e) {
      onPeer.reset(e.peer());
    } else if (event instanceof Event.PeerBusy e) {
      onPeer.busy(e.peer());
    } else if (!(event instanceof Event.Applied)) {
      throw new IllegalArgumentException("event " + event);
    }
  }

  private void tick(long nowMs) {
    certify.timers.tick(nowMs);
    certify.views.tick();
    certify.own.tick();
    certify.fetching.tick();
    certify.tails.tick();
    certify.states.tick();
    certify.compaction().tick();
  }

  private void received(NodeId from, Message message) {
    if (message instanceof CertifyMessage m && certify.peers.isForged(from, m.store())) {
      return;
    }
    if (message instanceof CertifyMessage.Ack m) {
      onAck.handle(from, m);
    } else if (message instanceof CertifyMessage.Order m) {
      onOrder.handle(from, m);
    } else if (message instanceof CertifyMessage.Payloads m) {
      onPayloads.handle(from, m);
    } else if (message instanceof CertifyMessage.Gap m) {
      onGap.handle(from, m);
    } else if (message instanceof CertifyMessage.Beat m) {
      onBeat.handle(from, m);
    } else if (message instanceof CertifyMessage.BeatReply m) {
      onBeatReply.handle(from, m);
    } else if (message instanceof CertifyMessage.TailAsk m) {
      onTailAsk.handle(from, m);
    } else if (message instanceof CertifyMessage.TailIs m) {
      tailIs(from, m);
    } else if (message instanceof CertifyMessage.Fetch m) {
      onFetch.handle(from, m);
    } else if (message instanceof CertifyMessage.Fetched m) {
      certify.fetching.fetched(m);
    } else {
      viewChange(from, message);
    }
  }

  private void viewChange(NodeId from, Message message) {
    if (message instanceof CertifyMessage.Canvass m) {
      onCanvass.handle(from, m);
    } else if (message instanceof CertifyMessage.CanvassReply m) {
      onCanvassReply.handle(from, m);
    } else if (message instanceof CertifyMessage.Prepare m) {
      onPrepare.handle(from, m);
    } else if (message instanceof CertifyMessage.Promise m) {
      onPromise.handle(from, m);
    } else if (message instanceof CertifyMessage.TakeOver m) {
      onTakeOver.handle(from, m);
    } else if (message instanceof CertifyMessage.Donate m) {
      certify.donating.asked(from, m);
    } else if (message instanceof CertifyMessage.Donated m) {
      certify.donors.ended(from, m);
    } else {
      throw new IllegalArgumentException("message " + message);
    }
  }

  private void tailIs(NodeId from, CertifyMessage.TailIs m) {
    Peer p = certify.peers.find(from, m.store());
    if (p != null) {
      certify.tails.told(p, m);
    }
  }

  @Override
  public Message decode(Bytes encoded) {
    return CertifyCodec.decode(encoded);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException outside of what is kept
   */
  @Override
  public Bytes linkState(long inner) {
    View at = certify.log.view(inner);
    MidTable mids = certify.delivering.at(inner);
    if (at == null || mids == null) {
      throw new IllegalArgumentException(
          "slot " + inner + " of " + certify.log.base() + ".." + certify.delivering.delivered());
    }
    return new LinkState(at, certify.configs.at(inner), mids, certify.laggards.at(inner)).encode();
  }

  /** For invariants and tests; valid between steps. */
  public CertifyView view() {
    return view;
  }

  @Override
  public LinkStatus status() {
    boolean running = certify.halted() == null;
    return new LinkStatus(
        running ? certify.states.state() : "HALTED",
        running && certify.sequencing() != null ? certify.self.node() : certify.hint(),
        running && certify.mayPropose(),
        running && certify.primary() && certify.sequencing() != null,
        certify.stable(),
        certify.log.complete(),
        certify.log.base() + 1,
        certify.configs.current(),
        certify.unfit(),
        details);
  }

  /** The view of the last complete slot, then the slot: as a promise tells, by which logs are chosen. */
  @Override
  public Bytes logRank() {
    long last = certify.log.complete();
    View lastView = certify.log.view(last);
    long store = lastView.store() ^ Long.MIN_VALUE; // compared with its sign
    return new Encoder(24).i64(lastView.number()).i64(store).i64(last).take();
  }

  @Override
  public long quietTickMs() {
    return certify.options.heartbeatMs();
  }
}
