package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Fetch;
import org.quorate.certify.CertifyMessage.Fetched;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.transport.Lane;

/**
 * Asks for payloads that were ordered and did not come: first their origin, then the others, the
 * sequencer last, so that it is spared. What is behind by much gets one batch after the other from
 * the same donor. [volatile]
 */
final class Fetching {
  private static final int SLOTS_MAX = 1024;

  private final Certify certify;
  private long waitingFor; // slot that is missed first
  private long sinceMs;
  private long askedMs = Long.MIN_VALUE / 2;
  private int turn; // whom to ask next
  private int donors;

  Fetching(Certify certify) {
    this.certify = certify;
  }

  void stop() {
    waitingFor = 0;
    turn = 0;
  }

  void tick() {
    long missing = certify.log.missing();
    long now = certify.timers.nowMs();
    if (missing == 0) {
      stop();
    } else if (missing != waitingFor) {
      waitingFor = missing;
      sinceMs = now;
    } else if (now - sinceMs >= certify.options.heartbeatMs() / 4
        && now - askedMs >= certify.options.heartbeatMs() / 2) {
      ask();
    }
  }

  /** At once: a proposer must not lose time. */
  void ask() {
    long missing = certify.log.missing();
    NodeId donor = missing == 0 ? null : donor(certify.log.entry(missing));
    if (donor == null) {
      return;
    }
    turn++;
    askedMs = certify.timers.nowMs();
    certify.out.send(donor, Lane.DATA, new Fetch(certify.self.storeId(), missingFrom(missing)));
  }

  private List<Long> missingFrom(long slot) {
    List<Long> slots = new ArrayList<>();
    for (long s = slot; s <= certify.log.last() && slots.size() < SLOTS_MAX; s++) {
      Entry e = certify.log.entry(s);
      if (e.body() == null && certify.payload(e) == null) {
        slots.add(s);
      }
    }
    return slots;
  }

  private NodeId donor(Entry e) {
    List<NodeId> order = new ArrayList<>();
    NodeId sequencer = certify.sequencer; // which may be no member yet in our log
    Peer origin = certify.peers.findStore(e.store);
    if (origin != null) {
      order.add(origin.node);
    }
    for (Peer p : certify.peers.all()) {
      if (p.role != Role.WITNESS && p != origin && !p.node.equals(sequencer)) {
        order.add(p.node);
      }
    }
    if (sequencer != null && !order.contains(sequencer)) {
      order.add(sequencer);
    }
    donors = order.size();
    return order.isEmpty() ? null : order.get(Math.floorMod(turn, order.size()));
  }

  void fetched(Fetched m) {
    boolean any = false;
    for (int i = 0; i < m.slots().size(); i++) {
      long slot = m.slots().get(i);
      Entry got = m.entries().get(i);
      if (slot > certify.log.base() && slot <= certify.log.last()) {
        Entry wanted = certify.log.entry(slot);
        if (wanted.body() == null && wanted.sameMessage(got)) {
          wanted.fill(got.body());
          any = true;
        }
      }
    }
    if (certify.log.missing() == 0) {
      stop();
    } else if (any) {
      turn--; // it has more
      ask();
    } else if (turn < donors) {
      ask();
    }
  }
}
