package org.quorate.certify;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Payloads;
import org.quorate.spi.consensus.Role;

/** Keeps what another member submitted until it is ordered; the sequencer orders it. */
final class OnPayloads {
  private final Certify certify;

  OnPayloads(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Payloads m) {
    Peer origin = certify.peers.find(from, m.store());
    if (origin == null || origin.role != Role.VOTER || certify.listed() == Role.WITNESS) {
      return; // who is not a member has nothing to say, whatever origin it claims
    }
    Sequencer sequencing = certify.sequencing();
    long counter = m.first();
    for (Bytes payload : m.payloads()) {
      if (payload.length() <= certify.options.maxEntryBytes()
          && !put(m, counter, payload)
          && sequencing != null) {
        sequencing.orderFrom(m.store()); // then it may be the next, which always has room
        put(m, counter, payload);
      }
      counter++;
    }
    if (sequencing != null) {
      sequencing.orderFrom(m.store());
    }
  }

  private boolean put(Payloads m, long counter, Bytes payload) {
    return certify.pool.put(
        m.store(), m.incarnation(), counter, payload, certify.delivering.mids(), certify.mids);
  }
}
