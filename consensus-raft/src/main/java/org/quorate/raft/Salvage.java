package org.quorate.raft;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
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
    RaftLog log = recovery.log();
    List<Salvaged> all = new ArrayList<>();
    for (long index = log.base() + 1; index <= log.last(); index++) {
      Bytes record = log.record(index);
      if (Entry.type(record) == Entry.PAYLOAD || Entry.type(record) == Entry.SEAL) {
        all.add(new Salvaged(index, Entry.content(record)));
      }
    }
    return all;
  }
}
