package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Configurations;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Recovered;

/**
 * What a restart makes of the disk.
 *
 * @param applied state is there up to here, so all of it is stable
 * @param mids the messages ordered up to there
 * @param laggards stores out of the lag budget there
 * @param reset the log on disk does not continue the state and is to be dropped
 * @param contradiction why the node must not go on, or null
 */
record Recovery(
    HardState hard,
    SlotLog log,
    Configurations configs,
    long applied,
    MidTable mids,
    List<Long> laggards,
    boolean reset,
    String contradiction) {

  static Recovery of(Recovered found, Membership genesis) {
    try {
      HardState hard =
          found.stable() == null ? HardState.fresh() : HardState.decode(found.stable());
      if (found.first() > found.applied() + 1) {
        return broken(
            "the log begins at "
                + found.first()
                + " and the state ends at "
                + found.applied()
                + ": slots between are missing");
      }
      LinkState at = new LinkState(View.NONE, genesis, new MidTable(), List.of());
      if (found.applied() > 0) {
        if (found.linkState() == null) {
          return broken("state at " + found.applied() + " without its link state");
        }
        at = LinkState.decode(found.linkState());
      }
      List<Entry> entries = new ArrayList<>(found.records().size());
      for (Bytes record : found.records()) {
        entries.add(Entry.decode(record));
      }
      String contradiction = contradiction(found.first(), entries, hard);
      return contradiction != null ? broken(contradiction) : join(found, entries, hard, at);
    } catch (MalformedException e) {
      return broken(e.getMessage());
    }
  }

  private static Recovery broken(String why) {
    return new Recovery(
        HardState.fresh(),
        new SlotLog(0, View.NONE),
        new Configurations(0, new Membership(0, List.of())),
        0,
        new MidTable(),
        List.of(),
        false,
        why);
  }

  private static String contradiction(long first, List<Entry> entries, HardState hard) {
    View view = View.NONE;
    long slot = first;
    for (Entry e : entries) {
      if (view.isAfter(e.view)) {
        return "slot " + slot + " of view " + e.view + " follows one of view " + view;
      }
      view = e.view;
      slot++;
    }
    return view.isAfter(hard.promised())
        ? "the log ends in view " + view + ", later than the recorded view " + hard.promised()
        : null;
  }

  private static Recovery join(Recovered found, List<Entry> entries, HardState hard, LinkState at) {
    long applied = found.applied();
    if (at.view().isAfter(hard.promised())) {
      hard.promise(at.view()); // crashed between a snapshot and the record of its view
    }
    Configurations configs = new Configurations(applied, at.membership());
    if (!continues(found, entries, at.view())) {
      // A snapshot was installed, or slots were applied that a quorum had on disk and this node not
      // yet; the state is right and what the log holds is old.
      SlotLog log = new SlotLog(applied, at.view());
      return new Recovery(hard, log, configs, applied, at.mids(), at.laggards(), true, null);
    }
    SlotLog log;
    int skip = 0;
    if (found.first() == 1) {
      log = new SlotLog(0, View.NONE);
    } else if (found.first() == applied + 1) {
      log = new SlotLog(applied, at.view());
    } else {
      // Only the first record tells the view that what follows is compared with.
      log = new SlotLog(found.first(), entries.get(0).view);
      skip = 1;
    }
    for (Entry e : entries.subList(skip, entries.size())) {
      log.append(e);
    }
    log.missing();
    return new Recovery(hard, log, configs, applied, at.mids(), at.laggards(), false, null);
  }

  /** Whether the log goes on where the state ends. */
  private static boolean continues(Recovered found, List<Entry> entries, View appliedView) {
    long applied = found.applied();
    if (found.first() == applied + 1) {
      return true;
    }
    return found.last() >= applied
        && entries.get((int) (applied - found.first())).view.equals(appliedView);
  }
}
