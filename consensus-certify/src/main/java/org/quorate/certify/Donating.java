package org.quorate.certify;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Donate;
import org.quorate.certify.CertifyMessage.Donated;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.transport.Lane;

/** The snapshots that this node gives because a sequencer asked it or another one to. [volatile] */
final class Donating {
  private record Asked(NodeId by, long store) {}

  private final Certify certify;
  private final Map<NodeId, Asked> under = new TreeMap<>();
  private final Set<NodeId> beside = new TreeSet<>();

  Donating(Certify certify) {
    this.certify = certify;
  }

  boolean any() {
    return !under.isEmpty() || !beside.isEmpty();
  }

  /** This node gives one beside the member that was asked to. */
  void begun(NodeId to) {
    beside.add(to);
  }

  void asked(NodeId from, Donate m) {
    Peer to = certify.peers.findStore(m.to());
    boolean able =
        to != null && certify.unfit() == null && certify.delivering.delivered() >= m.slot();
    if (!able) {
      answer(from, m.to(), m.slot(), false);
    } else if (under.put(to.node, new Asked(from, m.to())) == null) {
      certify.out.needSnapshot(to.node, m.slot(), m.with());
    }
  }

  void ended(Event.SnapshotSent sent) {
    beside.remove(sent.to());
    Asked asked = under.remove(sent.to());
    if (asked != null) {
      answer(asked.by(), asked.store(), sent.inner(), sent.ok());
    }
  }

  private void answer(NodeId to, long store, long slot, boolean ok) {
    certify.out.send(to, Lane.CONTROL, new Donated(certify.self.storeId(), store, slot, ok));
  }
}
