package org.quorate.raft;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Configurations;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/**
 * The state of one node in one link, shared by the handlers. {@code delivered <= commit <= last}, and
 * {@code base <= commit}.
 */
final class Raft {
  final RaftOptions options;
  final Rules rules;
  final Member self;
  final HardState hard; // [persistent]
  final RaftLog log; // [persistent]
  final Configurations configs; // [derived] from log and link state
  final Seals seals = new Seals(); // [derived] from log
  final Disk disk; // [volatile]
  final Promises promises = new Promises(); // [volatile]
  final Timers timers; // [volatile]
  final Elections elections = new Elections(this);
  private final Delivering delivering;
  private final Compaction compaction = new Compaction(this);

  RoleState role = Follower.INSTANCE; // [volatile]
  NodeId leader; // [volatile] of the term, null while nobody is known
  private long commit; // [volatile] never falls in one incarnation
  private boolean votes; // [derived] this very store counts in the membership in force
  private String halted; // [volatile]
  Effects out; // of the step under way

  Raft(RaftOptions options, Rules rules, Member self, Recovery found, long seed) {
    this.options = options;
    this.rules = rules;
    this.self = self;
    hard = found.hard();
    log = found.log();
    configs = found.configs();
    disk = new Disk(log, hard);
    timers = new Timers(seed, options);
    commit = found.applied();
    delivering = new Delivering(this, commit);
    for (long i = log.base() + 1; i <= log.last(); i++) {
      note(i, log.record(i));
    }
    votes = Memberships.votes(configs.current(), self);
    if (found.reset()) {
      disk.resetTo(log.base());
    }
  }

  long commit() {
    return commit;
  }

  Compaction compaction() {
    return compaction;
  }

  /** Whether this node's store counts for quorums. */
  boolean votes() {
    return votes;
  }

  Leader leading() {
    return role instanceof Leader l ? l : null;
  }

  /** Whether a log that ends so is at least as up to date as ours. Raft §3.6.1. */
  boolean upToDate(long lastIndex, long lastTerm) {
    return lastTerm > log.lastTerm() || lastTerm == log.lastTerm() && lastIndex >= log.last();
  }

  /** Takes an entry into the log; the disk gets it at the end of the step. */
  long append(Bytes record) {
    log.append(record);
    long index = log.last();
    if (note(index, record)) {
      membershipChanged();
    }
    return index;
  }

  /** Remembers what the log is searched for; true for a membership. */
  private boolean note(long index, Bytes record) {
    switch (Entry.type(record)) {
      case Entry.CONFIG -> {
        if (index > configs.index()) {
          configs.add(index, Entry.membership(record));
          return true;
        }
      }
      case Entry.SEAL -> seals.add(index, record);
      default -> {}
    }
    return false;
  }

  /** Cuts the log off before an index, which must not be committed. */
  void truncateFrom(long index) {
    log.truncateFrom(index);
    disk.truncatedFrom(index);
    seals.truncateFrom(index);
    if (configs.truncateFrom(index)) {
      // Raft §4.1: falls back to the configuration before, at once.
      membershipChanged();
    }
  }

  /** A snapshot stands for everything up to and with {@code index}. */
  void replaceBy(long index, long term, Membership membership) {
    log.reset(index, term);
    disk.resetTo(index);
    seals.truncateFrom(0);
    configs.reset(index, membership);
    membershipChanged();
  }

  void membershipChanged() {
    votes = Memberships.votes(configs.current(), self);
    if (role instanceof Leader l) {
      l.peers().rebuild();
    }
    out.membership(configs.current(), configs.index());
  }

  /** Entries up to here are committed; they are delivered at the end of the step. */
  void commitTo(long index) {
    if (index > commit) {
      commit = Math.min(index, log.last());
    }
  }

  /** State came from a snapshot: nothing up to here is to be delivered. */
  void commitBySnapshot(long index) {
    commit = index;
    delivering.skipTo(index);
  }

  /** What all events of a turn have led to. Own disk and peers get the new entries together. */
  void endOfStep() {
    Leader leading = leading();
    if (leading != null) {
      leading.advanceCommit();
    }
    disk.flush(out, timers.nowMs());
    if (leading != null) {
      leading.replicator().sendAll();
    }
    promises.flush(this);
    delivering.run();
    if (leading != null) {
      leading.afterDelivery();
    }
  }

  /** Stops: nothing is done any more. */
  void halt(String reason) {
    if (halted == null) {
      halted = reason;
      out.halt(reason);
    }
  }

  String halted() {
    return halted;
  }
}
