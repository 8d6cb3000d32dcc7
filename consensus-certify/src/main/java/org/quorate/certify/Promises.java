package org.quorate.certify;

import java.util.ArrayList;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/** Messages that rest on what this step writes: they leave when all of it is on disk. [volatile] */
final class Promises {
  private record Promise(NodeId to, Lane lane, CertifyMessage message) {}

  private final ArrayList<Promise> queued = new ArrayList<>();

  void add(NodeId to, Lane lane, CertifyMessage message) {
    queued.add(new Promise(to, lane, message));
  }

  void flush(Disk disk, Effects out) {
    if (queued.isEmpty()) {
      return;
    }
    Pending outstanding = disk.outstanding();
    for (Promise p : queued) {
      if (outstanding == null) {
        out.send(p.to(), p.lane(), p.message());
      } else {
        out.promise(outstanding, p.to(), p.lane(), p.message());
      }
    }
    queued.clear();
  }
}
