package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.Beat;
import org.quorate.certify.CertifyMessage.BeatReply;
import org.quorate.spi.transport.Lane;

/** Hears that the sequencer is there, and of what is stable. */
final class OnBeat {
  private final Certify certify;

  OnBeat(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Beat m) {
    if (certify.views.contact(from, m.store(), m.view())) {
      certify.toldStable(m.stable());
      certify.compaction().floor(m.floor());
      certify.flow.told(m.slowest());
      certify.states.joins(m.joins());
      if (!m.reply()) {
        return;
      }
    }
    // To a sequencer of an old view this says that its time is over. It vouches for a promise that
    // may be under way to the disk, so it waits for it.
    certify.promises.add(
        from,
        Lane.CONTROL,
        new BeatReply(certify.self.storeId(), certify.view(), 0, certify.delivering.delivered()));
  }
}
