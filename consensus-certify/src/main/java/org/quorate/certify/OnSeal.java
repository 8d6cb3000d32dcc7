package org.quorate.certify;

import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Refusal;

/** Orders the record that ends the link; one plan's at most once while it is in the log. */
final class OnSeal {
  private final Certify certify;

  OnSeal(Certify certify) {
    this.certify = certify;
  }

  void handle(Event.Seal event) {
    long planId = event.seal().planId();
    long slot = certify.seals.find(planId);
    Sequencer sequencing = certify.sequencing();
    if (slot > 0 && slot <= certify.stable()) {
      certify.out.answer(event.ticket(), null);
    } else if (sequencing == null) {
      certify.out.answer(event.ticket(), new Refusal.NotProposer(certify.sequencer));
    } else if (slot == 0 && !certify.configs.current().equals(event.seal().membership())) {
      // The log fixes the membership at each slot, so this holds wherever the seal is stable.
      certify.out.answer(
          event.ticket(),
          new Refusal.Invalid(
              "planned on "
                  + event.seal().membership()
                  + ", in force is "
                  + certify.configs.current()));
    } else {
      if (slot == 0) {
        slot = certify.append(Entry.seal(certify.view(), planId, event.seal().payload()));
      }
      sequencing.tickets().add(slot, event.ticket());
    }
  }
}
