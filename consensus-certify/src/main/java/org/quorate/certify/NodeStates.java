package org.quorate.certify;

import org.quorate.spi.consensus.Role;

/**
 * What operators of Galera look for: the state of this node, by the names they know. It moves as it does
 * there, one at a time, so that who follows status or events sees each:
 *
 * <pre>
 * OPEN     not in a primary component
 * PRIMARY  in one, what the log lacks is not known yet
 * JOINER   receives what it lacks, by a snapshot or from logs
 * JOINED   goes on with the others, and is still behind
 * SYNCED   up to date
 * DONOR    gives another what it lacks, or was desynced: by an operator, or by the group as lagging
 *
 * any → OPEN, PRIMARY     OPEN → PRIMARY            PRIMARY → JOINER, JOINED
 * JOINER → JOINED         JOINED → SYNCED, DONOR    SYNCED → DONOR    DONOR → JOINED
 * </pre>
 */
final class NodeStates {
  static final String OPEN = "OPEN";
  static final String PRIMARY = "PRIMARY";
  static final String JOINER = "JOINER";
  static final String JOINED = "JOINED";
  static final String SYNCED = "SYNCED";
  static final String DONOR = "DONOR";

  private static final long NEAR = 1024; // slots

  private final Certify certify;
  private long told; // newest slot known stable anywhere
  private String shown = OPEN;
  private boolean ticked; // since the step before
  private boolean synced;
  private boolean joins; // the sequencer says that this node gets a snapshot
  private long donatingUntilMs = Long.MIN_VALUE;

  NodeStates(Certify certify) {
    this.certify = certify;
  }

  void told(long stable) {
    told = Math.max(told, stable);
  }

  void joins(boolean now) {
    joins = now;
  }

  private boolean joins() {
    return joins && certify.sequencing() == null;
  }

  void donated() {
    donatingUntilMs = certify.timers.nowMs() + 10 * certify.options.heartbeatMs();
  }

  /** How many slots this node is behind. */
  long lag() {
    return Math.max(0, Math.max(told, certify.stable()) - certify.delivering.delivered());
  }

  void tick() {
    judge();
    ticked = true;
  }

  /** One step of a turn in which time passed; out of the primary component at once. */
  void endOfStep() {
    String wanted = wanted();
    if (ticked || wanted.equals(OPEN)) {
      shown = next(shown, wanted);
    }
    ticked = false;
  }

  private void judge() {
    if (!certify.primary() || lag() > 4 * NEAR || certify.laggards.has(certify.self.storeId())) {
      synced = false;
    } else if (joins()) {
      synced = false;
    } else if (certify.installed() && lag() <= NEAR / 16) {
      synced = true;
    }
  }

  String state() {
    return shown;
  }

  /** The next of the states on the way from one to another, by the table above. */
  static String next(String from, String to) {
    if (from.equals(to) || to.equals(OPEN) || to.equals(PRIMARY)) {
      return to;
    }
    return switch (from) {
      case OPEN -> PRIMARY;
      case PRIMARY -> to.equals(JOINER) ? JOINER : JOINED;
      case JOINER -> JOINED;
      case JOINED -> to.equals(JOINER) ? PRIMARY : to;
      case SYNCED -> to.equals(JOINER) ? PRIMARY : DONOR;
      default -> to.equals(JOINER) ? PRIMARY : JOINED;
    };
  }

  private String wanted() {
    if (!certify.primary() || certify.listed() == null) {
      return OPEN;
    }
    if (!synced) {
      if (joins()) {
        return JOINER;
      } else if (certify.desynced() && certify.matched() > 0) {
        return DONOR;
      } else if (certify.matched() == 0) {
        return told > certify.log.last() ? JOINER : PRIMARY;
      }
      return lag() > NEAR ? JOINER : JOINED;
    }
    boolean gave = certify.timers.nowMs() < donatingUntilMs && certify.listed() != Role.WITNESS;
    boolean gives = gave || certify.donating.any() || sendsSnapshot();
    return gives || certify.desynced() ? DONOR : SYNCED;
  }

  private boolean sendsSnapshot() {
    if (certify.sequencing() != null) {
      for (Peer p : certify.peers.all()) {
        if (p.state == Peer.State.SNAPSHOT
            && p.donor == null
            && p.contactMs > certify.timers.nowMs() - certify.options.suspectMs()) {
          return true;
        }
      }
    }
    return false;
  }
}
