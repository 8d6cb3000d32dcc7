package org.quorate.certify;

import org.quorate.spi.consensus.Role;

/**
 * How much a member may have under way: the room that the slowest member within the lag budget has
 * left, shared by the voters. It shrinks and grows with every heartbeat and never comes to nothing;
 * who leaves the budget is set aside by an ordered record instead of holding up the others. Nobody
 * waits for a member that an operator has desynced, and it is not set aside.
 */
final class Flow {
  private static final long LEAST = 16; // slots; nobody is ever stopped

  private final Certify certify;
  private long slowest; // [volatile] slots that the slowest member in the budget is behind

  Flow(Certify certify) {
    this.certify = certify;
  }

  /** The sequencer says how far the slowest one is behind. */
  void told(long lag) {
    slowest = lag;
  }

  long slowest() {
    return slowest;
  }

  /** Submissions that may be under way here. */
  long credit() {
    long room = certify.options.lagSlots() - slowest;
    return Math.max(LEAST, room / Math.max(1, certify.peers.voting()));
  }

  /** At the sequencer, with each heartbeat: who leaves the budget and who is back in it. */
  void judge() {
    long budget = certify.options.lagSlots();
    long now = certify.timers.nowMs();
    long worst = 0;
    for (Peer p : certify.peers.all()) {
      long lag = Math.max(0, certify.stable() - p.delivered);
      boolean out = certify.laggards.has(p.store);
      if (p.role == Role.WITNESS) {
        continue;
      }
      if (lag <= budget || p.desynced) {
        p.inBudgetMs = now;
      }
      boolean late = now - p.inBudgetMs >= certify.options.suspectMs();
      if (!out && late && certify.rules.setsAside()) {
        certify.append(Entry.lagging(certify.view(), p.store, true));
      } else if (out && lag <= budget / 4) {
        certify.append(Entry.lagging(certify.view(), p.store, false));
      } else if (!out && !p.desynced && p.role == Role.VOTER) {
        worst = Math.max(worst, Math.min(lag, budget));
      }
    }
    slowest = worst;
    long own = certify.self.storeId();
    if (certify.laggards.has(own) && certify.states.lag() <= budget / 4) {
      certify.append(Entry.lagging(certify.view(), own, false));
    }
  }
}
