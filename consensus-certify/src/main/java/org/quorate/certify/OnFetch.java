package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Fetch;
import org.quorate.certify.CertifyMessage.Fetched;
import org.quorate.spi.transport.Lane;

/** Gives payloads to whom they did not reach. */
final class OnFetch {
  private final Certify certify;

  OnFetch(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Fetch m) {
    List<Long> slots = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    long room = certify.options.batchBytes();
    for (long slot : m.slots()) {
      if (slot <= certify.log.base() || slot > certify.log.last()) {
        continue;
      }
      Entry e = certify.log.entry(slot);
      if (e.kind == Entry.PAYLOAD && e.body() != null) {
        room -= e.body().length();
        if (room < 0 && !slots.isEmpty()) {
          break;
        }
        slots.add(slot);
        entries.add(e);
      }
    }
    if (!slots.isEmpty()) {
      certify.states.donated();
    }
    certify.out.send(from, Lane.DATA, new Fetched(certify.self.storeId(), slots, entries));
  }
}
