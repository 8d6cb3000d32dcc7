package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Salvaged;

/** Reads the log of a member that goes on alone, for a forced bootstrap. */
final class Salvage {
  private Salvage() {}

  /** Throws IllegalStateException if the log cannot be gone on from. */
  static List<Salvaged> of(Recovered found, Membership genesis) {
    Recovery recovery = Recovery.of(found, genesis);
    if (recovery.contradiction() != null) {
      throw new IllegalStateException(recovery.contradiction());
    }
    if (recovery.hard().witness()) {
      throw new IllegalStateException("this store is or was a witness and keeps no payloads");
    }
    SlotLog log = recovery.log();
    List<Salvaged> all = new ArrayList<>();
    for (long slot = log.base() + 1; slot <= log.complete(); slot++) {
      Entry e = log.entry(slot);
      if (e.kind == Entry.PAYLOAD || e.kind == Entry.SEAL) {
        all.add(new Salvaged(slot, e.content()));
      }
    }
    return all;
  }
}
