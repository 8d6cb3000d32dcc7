package org.quorate.certify;

import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Event;

/** The state came from a snapshot: the log has to begin or go on there. */
final class OnSnapshotInstalled {
  private final Certify certify;

  OnSnapshotInstalled(Certify certify) {
    this.certify = certify;
  }

  void handle(Event.SnapshotInstalled event) {
    long inner = event.inner();
    if (inner <= certify.delivering.delivered()) {
      return; // older than what is known here
    }
    LinkState at;
    try {
      at = LinkState.decode(event.linkState());
    } catch (MalformedException e) {
      certify.halt("link state of the snapshot at " + inner + ": " + e.getMessage());
      return;
    }
    if (at.view().isAfter(certify.view())) {
      certify.adopt(at.view());
    }
    certify.delivering.skipTo(inner, at.mids());
    certify.pool.deliveredTo(at.mids());
    certify.own.skipped(at.mids());
    if (at.view().equals(certify.log.view(inner))) {
      certify.continueFrom(inner); // what follows is kept
    } else {
      if (certify.sequencing() != null) {
        certify.halt("a snapshot at " + inner + " does not fit to the log that is sequenced here");
        return;
      }
      certify.replaceBy(inner, at);
    }
    certify.matchedTo(Math.min(inner, certify.log.last()));
  }
}
