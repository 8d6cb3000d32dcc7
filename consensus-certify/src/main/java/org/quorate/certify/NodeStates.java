package org.quorate.certify;

import org.quorate.spi.consensus.Role;

/**
 * What operators of Galera look for: the state of this node, by the names they know.
 *
 * <pre>
 * OPEN     not in a primary component
 * PRIMARY  in one, what the log lacks is not known yet
 * JOINER   receives what it lacks, by a snapshot or from logs
 * JOINED   goes on with the others, and is still behind
 * SYNCED   up to date
 * DONOR    gives another what it lacks, or was desynced by an operator
 * </pre>
 */
final class NodeStates {
  private static final long NEAR = 1024; // slots

  private final Certify certify;
  private long told; // newest slot known stable anywhere
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
    if (!certify.primary() || lag() > 4 * NEAR || certify.laggards.has(certify.self.storeId())) {
      synced = false;
    } else if (joins()) {
      synced = false;
    } else if (certify.installed() && lag() <= NEAR / 16) {
      synced = true;
    }
  }

  String state() {
    if (!certify.primary() || certify.listed() == null) {
      return "OPEN";
    }
    if (!synced) {
      if (joins()) {
        return "JOINER";
      } else if (certify.desynced() && certify.matched() > 0) {
        return "DONOR";
      } else if (certify.matched() == 0) {
        return told > certify.log.last() ? "JOINER" : "PRIMARY";
      }
      return lag() > NEAR ? "JOINER" : "JOINED";
    }
    boolean gave = certify.timers.nowMs() < donatingUntilMs && certify.listed() != Role.WITNESS;
    boolean gives = gave || certify.donating.any() || sendsSnapshot();
    return gives || certify.desynced() ? "DONOR" : "SYNCED";
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
