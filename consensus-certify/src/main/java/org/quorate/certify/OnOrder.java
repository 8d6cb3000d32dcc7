package org.quorate.certify;

import org.quorate.api.NodeId;
import org.quorate.certify.CertifyMessage.BeatReply;
import org.quorate.certify.CertifyMessage.Gap;
import org.quorate.certify.CertifyMessage.Order;
import org.quorate.spi.transport.Lane;

/** Takes the sequencer's order into the log, if it follows what is there. */
final class OnOrder {
  private final Certify certify;

  OnOrder(Certify certify) {
    this.certify = certify;
  }

  void handle(NodeId from, Order m) {
    if (!certify.views.contact(from, m.store(), m.view())) {
      certify.promises.add(
          from,
          Lane.CONTROL,
          new BeatReply(certify.self.storeId(), certify.view(), 0, certify.delivering.delivered()));
      return;
    }
    SlotLog log = certify.log;
    long prev = m.prevSlot();
    // What is stable agrees anyway; of what is below the base not even the view is known.
    if (prev > certify.stable() && !m.prevView().equals(log.view(prev))) {
      gap(from, m);
      return;
    }
    long slot = prev;
    for (Entry e : m.entries()) {
      slot++;
      if (slot <= certify.stable() && slot <= log.last()) {
        continue;
      }
      if (slot <= log.last()) {
        if (certify.rules.sameSlot(log.view(slot), e.view)) {
          refill(log.entry(slot), e);
          continue;
        }
        certify.truncateFrom(slot);
        if (certify.halted() != null) {
          return;
        }
      }
      if (slot != log.last() + 1) {
        certify.halt("slot " + slot + " is ordered, the log ends at " + log.last());
        return;
      }
      certify.append(e);
    }
    certify.matchedTo(Math.min(slot, log.last()));
    certify.toldStable(m.stable());
  }

  private static void refill(Entry have, Entry came) {
    if (have.body() == null && came.body() != null) {
      have.fill(came.body());
    }
  }

  private void gap(NodeId from, Order m) {
    long hint =
        Math.max(certify.stable(), certify.log.lastNotAbove(m.prevSlot() - 1, m.prevView()));
    View view = certify.log.view(hint);
    certify.out.send(
        from,
        Lane.DATA,
        new Gap(
            certify.self.storeId(), m.view(), m.prevSlot(), hint, view == null ? View.NONE : view));
  }
}
