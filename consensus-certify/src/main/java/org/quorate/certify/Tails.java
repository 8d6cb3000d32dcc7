package org.quorate.certify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.TailAsk;
import org.quorate.certify.CertifyMessage.TailIs;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.transport.Lane;

/**
 * Linearizable reads at any member. What was acknowledged to somebody is on the disks of a quorum,
 * so of any quorum one knows its slot: ask where the logs end, wait until that is delivered here,
 * answer. All reads of a step share a round, and the answer to a round answers those before it. In
 * another view all is asked again, since slots that were never stable may be gone. [volatile]
 */
final class Tails {
  private record Round(long number, List<TailRequest> requests) {}

  private record Located(long slot, List<TailRequest> requests) {}

  private final Certify certify;
  private final ArrayDeque<Round> rounds = new ArrayDeque<>();
  private final ArrayDeque<Located> located = new ArrayDeque<>();
  private List<TailRequest> waiting = new ArrayList<>();
  private long newest;
  private long askedMs;
  private int count;

  Tails(Certify certify) {
    this.certify = certify;
  }

  void add(TailRequest request) {
    String unfit = certify.unfit();
    if (unfit != null) {
      certify.out.refuse(request, new Refusal.NotProposer(certify.hint(), unfit));
    } else if (count >= certify.options.maxReads()) {
      certify.out.refuse(
          request,
          new Refusal.Busy(CertifyOptions.READS_COUNT.name(), certify.options.heartbeatMs()));
    } else {
      count++;
      waiting.add(request);
    }
  }

  void endOfStep() {
    if (count == 0) {
      return;
    }
    if (!waiting.isEmpty() && certify.installed() && certify.hard.mayOriginate()) {
      rounds.add(new Round(++newest, waiting));
      waiting = new ArrayList<>();
      ask();
    }
    locate();
    answer();
  }

  private void ask() {
    askedMs = certify.timers.nowMs();
    for (Peer p : certify.peers.all()) {
      if (p.votes()) {
        certify.out.send(
            p.node,
            Lane.CONTROL,
            new TailAsk(certify.self.storeId(), certify.hard.incarnation(), newest));
      }
    }
  }

  /** Where our own log of the view ends. */
  long ownTail() {
    return Math.min(certify.log.complete(), certify.matched());
  }

  void told(Peer peer, TailIs m) {
    boolean counts =
        m.incarnation() == certify.hard.incarnation() // a start before this one asked for others
            && m.view().equals(certify.view())
            && certify.installed()
            // A peer that knows of a later membership: a quorum of ours may be none any more.
            && m.version() <= certify.configs.current().version();
    if (counts && m.round() >= peer.tailRound) {
      peer.tailRound = m.round();
      peer.tailSlot = m.slot();
    }
  }

  private void locate() {
    if (rounds.isEmpty() || !certify.installed()) {
      return;
    }
    long answered = certify.peers.quorum(p -> p.tailRound, newest);
    if (rounds.peek().number() > answered) {
      return;
    }
    long slot = ownTail();
    if (!located.isEmpty()) {
      slot = Math.max(slot, located.peekLast().slot());
    }
    for (Peer p : certify.peers.all()) {
      if (p.tailRound >= rounds.peek().number()) {
        slot = Math.max(slot, p.tailSlot);
      }
    }
    while (!rounds.isEmpty() && rounds.peek().number() <= answered) {
      located.add(new Located(slot, rounds.poll().requests()));
    }
  }

  private void answer() {
    long delivered = certify.delivering.delivered();
    while (!located.isEmpty() && located.peek().slot() <= delivered) {
      for (TailRequest request : located.poll().requests()) {
        count--;
        certify.out.tail(request, delivered);
      }
    }
  }

  void tick() {
    if (count == 0) {
      return;
    }
    String unfit = certify.unfit();
    if (unfit != null) {
      collect();
      NodeId hint = certify.hint();
      waiting.forEach(r -> certify.out.refuse(r, new Refusal.NotProposer(hint, unfit)));
      waiting = new ArrayList<>();
      count = 0;
    } else if (!rounds.isEmpty()
        && certify.timers.nowMs() - askedMs >= certify.options.heartbeatMs()) {
      ask();
    }
  }

  /** What was asked in another view has to be asked again. */
  void viewChanged() {
    collect();
  }

  private void collect() {
    List<TailRequest> all = new ArrayList<>();
    located.forEach(l -> all.addAll(l.requests()));
    rounds.forEach(r -> all.addAll(r.requests()));
    all.addAll(waiting);
    located.clear();
    rounds.clear();
    waiting = all;
  }
}
