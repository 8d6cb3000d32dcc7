package org.quorate.raft;

import org.quorate.api.Bytes;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Configurations;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;

/**
 * What a restart makes of the disk.
 *
 * @param applied state is there up to here, so all of it is committed
 * @param reset the log on disk does not continue the state and is to be dropped
 * @param contradiction why the node must not go on, or null
 */
record Recovery(
    HardState hard,
    RaftLog log,
    Configurations configs,
    long applied,
    boolean reset,
    String contradiction) {

  static Recovery of(Recovered found, Membership genesis) {
    HardState hard = HardState.fresh();
    try {
      if (found.stable() != null) {
        hard = HardState.decode(found.stable());
      }
      LinkState at = new LinkState(0, genesis);
      if (found.applied() > 0) {
        if (found.linkState() == null) {
          return broken("state at " + found.applied() + " without its link state");
        }
        at = LinkState.decode(found.linkState());
      }
      String contradiction = contradiction(found, hard);
      return contradiction != null ? broken(contradiction) : join(found, hard, at);
    } catch (MalformedException e) {
      return broken(e.getMessage());
    }
  }

  private static Recovery broken(String why) {
    return new Recovery(
        HardState.fresh(),
        new RaftLog(0, 0),
        new Configurations(0, new Membership(0, java.util.List.of())),
        0,
        false,
        why);
  }

  private static String contradiction(Recovered found, HardState hard) {
    if (found.first() > found.applied() + 1) {
      return "the log begins at "
          + found.first()
          + " and the state ends at "
          + found.applied()
          + ": entries between are missing";
    }
    long term = 0;
    long index = found.first();
    for (Bytes record : found.records()) {
      Entry.check(record);
      long next = Entry.term(record);
      if (next < term) {
        return "entry " + index + " of term " + next + " follows one of term " + term;
      }
      term = next;
      index++;
    }
    return term > hard.term()
        ? "the log ends in term " + term + ", later than the recorded term " + hard.term()
        : null;
  }

  private static Recovery join(Recovered found, HardState hard, LinkState at) {
    long applied = found.applied();
    if (at.term() > hard.term()) {
      hard.adopt(at.term()); // crashed between a snapshot and the record of its term
    }
    Configurations configs = new Configurations(applied, at.membership());
    if (!continues(found, at.term())) {
      // A snapshot was installed, or entries were applied that a quorum had on disk and this node
      // not yet; the state is right and what the log holds is old.
      return new Recovery(hard, new RaftLog(applied, at.term()), configs, applied, true, null);
    }
    RaftLog log;
    int skip = 0;
    if (found.first() == 1) {
      log = new RaftLog(0, 0);
    } else if (found.first() == applied + 1) {
      log = new RaftLog(applied, at.term());
    } else {
      // Only the first record tells the term that what follows is compared with.
      log = new RaftLog(found.first(), Entry.term(found.records().get(0)));
      skip = 1;
    }
    for (Bytes record : found.records().subList(skip, found.records().size())) {
      log.append(record);
    }
    return new Recovery(hard, log, configs, applied, false, null);
  }

  /** Whether the log goes on where the state ends. */
  private static boolean continues(Recovered found, long appliedTerm) {
    long applied = found.applied();
    if (found.first() == applied + 1) {
      return true;
    }
    return found.last() >= applied
        && Entry.term(found.records().get((int) (applied - found.first()))) == appliedTerm;
  }
}
