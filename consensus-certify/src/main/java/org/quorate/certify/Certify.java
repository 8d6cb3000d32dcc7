package org.quorate.certify;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Configurations;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.transport.Lane;

/**
 * The state of one node in one link, shared by the handlers. {@code delivered <= stable <= last}, and
 * {@code base <= stable}.
 */
final class Certify {
  /** Up to so many voting members acknowledge to all of them, which saves a message delay. */
  private static final int ACK_TO_ALL = 5;

  private static final Peer[] NOBODY = {};
  private static final String ELSEWHERE =
      "ask another node, or read at level local if old data will do";

  final Rules rules;
  final CertifyOptions options;
  final Member self;
  final HardState hard; // [persistent]
  final SlotLog log; // [persistent]
  final Configurations configs; // [derived] from log and link state
  final Seals seals = new Seals(); // [derived] from log
  final Laggards laggards; // [derived] from log and link state
  final MidTable mids; // [derived] the messages that the log holds
  final Pool pool; // [volatile]
  final Own own; // [volatile]
  final Disk disk; // [volatile]
  final Promises promises = new Promises(); // [volatile]
  final Timers timers; // [volatile]
  final Peers peers; // [volatile]
  final Tails tails = new Tails(this); // [volatile]
  final Fetching fetching = new Fetching(this); // [volatile]
  final ViewChanges views = new ViewChanges(this);
  final Delivering delivering;
  final NodeStates states = new NodeStates(this);
  final Flow flow = new Flow(this); // [volatile]
  final DeadMembers deadMembers = new DeadMembers(this);
  final Donors donors; // [volatile]
  final Donating donating = new Donating(this); // [volatile]
  private final Compaction compaction = new Compaction(this);

  RoleState role = Follower.INSTANCE; // [volatile]
  NodeId sequencer; // [volatile] of the promised view, null while it was not heard
  private long matched; // [volatile] our log is the promised view's up to here
  private long stable; // [volatile] never falls in one incarnation
  private long acknowledged; // [volatile] last acknowledgement in the promised view
  private boolean asked; // [volatile] the sequencer waits for an acknowledgement
  private Role listed; // [derived] what this very store is in the membership in force
  private boolean desynced; // [derived] an operator works on this node
  private boolean unsettled; // [derived] the membership in force is not stable
  private String halted; // [volatile]
  Effects out; // of the step under way

  Certify(Rules rules, CertifyOptions options, Member self, Recovery found, long seed) {
    this.rules = rules;
    this.options = options;
    this.self = self;
    hard = found.hard();
    log = found.log();
    configs = found.configs();
    donors = new Donors(this);
    pool = new Pool(options.poolBytes());
    disk = new Disk(log, hard);
    timers = new Timers(seed, options);
    stable = found.applied();
    delivering = new Delivering(this, found.applied(), found.mids());
    mids = found.mids().copy();
    laggards = new Laggards(found.applied(), found.laggards());
    for (long slot = log.base() + 1; slot <= log.last(); slot++) {
      note(slot, log.entry(slot));
    }
    peers = new Peers(this);
    if (found.contradiction() == null) {
      hard.started();
    }
    own = new Own(this);
    if (found.reset()) {
      disk.resetTo(log.base());
    }
    membershipInForce();
  }

  long stable() {
    return stable;
  }

  Compaction compaction() {
    return compaction;
  }

  Sequencer sequencing() {
    return role instanceof Sequencer s ? s : null;
  }

  /** The view in which this node acknowledges: no earlier one ever again. */
  View view() {
    return hard.promised();
  }

  /** Our log is the view's up to here. */
  long matched() {
    return role instanceof Sequencer ? log.last() : matched;
  }

  /** Whether everything that was ever stable before the view is in our log. */
  boolean installed() {
    long slot = matched();
    return slot > 0 && view().equals(log.view(slot));
  }

  /** Role of this very store in the membership in force; null for an outsider. */
  Role listed() {
    return listed;
  }

  /** Whether an operator works on this node, so that nobody waits for it. */
  boolean desynced() {
    return desynced;
  }

  boolean votes() {
    return Memberships.votes(listed);
  }

  /** Whether this node is in the primary component, as far as it can know. */
  boolean primary() {
    return halted == null && listed != null && (role instanceof Sequencer || timers.leaseHolds());
  }

  /**
   * Why what this node has must not be read but by who asks for whatever it has, and what to do;
   * null if it may: it is in the primary component, keeps data and is not set aside.
   */
  String unfit() {
    if (halted != null) {
      return "halted: " + halted;
    } else if (listed == null) {
      return self.node() + " is OPEN: its store is no member; " + ELSEWHERE;
    } else if (!primary()) {
      return self.node() + " is OPEN: it is not in the primary component; " + ELSEWHERE;
    } else if (listed == Role.WITNESS) {
      return self.node() + " is a witness and keeps no data: ask another node";
    } else if (laggards.has(self.storeId())) {
      return self.node()
          + " is set aside as LAGGING, "
          + states.lag()
          + " slots behind; "
          + ELSEWHERE;
    }
    return null;
  }

  /** Who takes what this node refuses; null if it is cut off, so that nobody is known. */
  NodeId hint() {
    return (primary() || listed == null) && !self.node().equals(sequencer) ? sequencer : null;
  }

  /** Whether this node takes submissions: a voter of the primary component that is not behind. */
  boolean mayPropose() {
    return primary() && listed == Role.VOTER && !laggards.has(self.storeId());
  }

  // ---- the log -----------------------------------------------------------------------------

  /** Takes an entry into the log; the disk gets it, when it is complete, at the end of the step. */
  long append(Entry entry) {
    Entry kept = listed == Role.WITNESS || hard.witness() ? entry.bare() : entry;
    if (kept.body() == null) {
      kept.fill(payload(kept));
    }
    log.append(kept);
    if (note(log.last(), kept)) {
      membershipChanged();
    }
    return log.last();
  }

  /** A payload that is here already; null if it is not. */
  Bytes payload(Entry entry) {
    Bytes mine = own.get(entry);
    return mine != null ? mine : pool.get(entry.store, entry.incarnation, entry.counter);
  }

  /** Remembers what the log is searched for; true for a membership. */
  private boolean note(long slot, Entry entry) {
    switch (entry.kind) {
      case Entry.PAYLOAD, Entry.BARE -> {
        if (slot > delivering.delivered()) {
          mids.note(entry);
        }
      }
      case Entry.CONFIG -> {
        if (slot > configs.index()) {
          configs.add(slot, entry.membership());
          return true;
        }
      }
      case Entry.SEAL -> seals.add(slot, entry);
      case Entry.LAGGING -> laggards.add(slot, entry);
      default -> {}
    }
    return false;
  }

  /** Cuts the log off before a slot, which must not be stable. */
  void truncateFrom(long slot) {
    if (slot <= stable) {
      halt("slot " + slot + " is stable and another log wants it replaced");
      return;
    }
    log.truncateFrom(slot);
    disk.truncatedFrom(slot);
    seals.truncateFrom(slot);
    laggards.truncateFrom(slot);
    matched = Math.min(matched, slot - 1);
    mids.set(delivering.mids());
    for (long s = delivering.delivered() + 1; s <= log.last(); s++) {
      mids.note(log.entry(s));
    }
    if (configs.truncateFrom(slot)) {
      membershipChanged();
    }
  }

  /** A snapshot stands for everything up to and with {@code slot}. */
  void replaceBy(long slot, LinkState at) {
    log.reset(slot, at.view());
    disk.resetTo(slot);
    seals.truncateFrom(0);
    configs.reset(slot, at.membership());
    laggards.reset(slot, at.laggards());
    mids.set(at.mids());
    matched = slot;
    stable = slot;
    membershipChanged();
  }

  /** State came from a snapshot that our log goes on from; it may lack payloads before. */
  void continueFrom(long slot) {
    stable = Math.max(stable, slot);
    if (slot > log.complete()) {
      log.dropTo(slot);
      configs.dropTo(slot);
      laggards.dropTo(slot);
      seals.dropTo(slot);
      disk.resetTo(slot);
    }
  }

  void membershipChanged() {
    membershipInForce();
    out.membership(configs.current(), configs.index());
  }

  private void membershipInForce() {
    listed = Memberships.role(configs.current(), self.node(), self.storeId());
    Member own = Memberships.find(configs.current(), self.node());
    desynced = listed != null && own.desynced();
    unsettled = configs.index() > stable;
    if (listed == Role.WITNESS && !unsettled) {
      hard.becomeWitness();
    }
    peers.rebuild();
    if (!unsettled) {
      pool.keepOnly(this::isVoter);
    }
  }

  private boolean isVoter(long store) {
    Peer origin = peers.findStore(store);
    return origin != null && origin.role == Role.VOTER;
  }

  // ---- views -------------------------------------------------------------------------------

  /** Promises a later view: nothing of an earlier one is acknowledged from now on. */
  void adopt(View later) {
    RoleState before = role;
    hard.promise(later);
    role = Follower.INSTANCE;
    sequencer = null;
    matched = 0;
    acknowledged = 0;
    asked = false;
    if (log.missing() > 0) {
      long kept = Math.max(log.complete(), stable);
      if (kept < log.last()) {
        truncateFrom(kept + 1); // ordered, but never acknowledged by this node
      }
    }
    peers.newView();
    tails.viewChanged();
    fetching.stop();
    if (before instanceof Sequencer deposed) {
      timers.heardSequencer();
      deposed.resign(null, true);
    }
  }

  /** Our log was found to be the view's up to a slot. */
  void matchedTo(long slot) {
    boolean was = installed();
    matched = Math.max(matched, slot);
    asked = true;
    if (!was && installed()) {
      own.resend();
    }
  }

  /** Our log is that of a member, which knows it to be stable, up to here. */
  void foundStable(long told) {
    stable = Math.max(stable, told);
    settleMembership();
  }

  /** The sequencer says what is stable. */
  void toldStable(long told) {
    states.told(told);
    stable = Math.max(stable, Math.min(told, matched));
  }

  // ---- the end of a step -------------------------------------------------------------------

  /** What all events of a turn have led to. Own disk and peers get the new slots together. */
  void endOfStep() {
    if (hard.witness() && (listed == Role.VOTER || listed == Role.LEARNER)) {
      halt("this store was a witness and lacks payloads: format it to be a " + listed);
      return;
    }
    complete();
    if (role instanceof Proposer proposer) {
      proposer.advance();
      complete();
    }
    disk.flush(out);
    Sequencer sequencing = sequencing();
    if (sequencing != null) {
      sequencing.send();
    }
    own.send();
    acknowledge();
    promises.flush(disk, out);
    advanceStable();
    delivering.run();
    if (sequencing() != null) {
      sequencing().afterDelivery();
    }
    tails.endOfStep();
    states.endOfStep();
  }

  /** Fills slots with payloads that have come since. */
  private void complete() {
    long missing = log.missing();
    while (missing > 0) {
      Bytes payload = payload(log.entry(missing));
      if (payload == null) {
        return;
      }
      log.entry(missing).fill(payload);
      missing = log.missing();
    }
  }

  /** One acknowledgement stands for all of a step; it leaves when what it says is on disk. */
  private void acknowledge() {
    if (sequencer == null) {
      return;
    }
    long slot = rules.acknowledged(log, matched());
    boolean more = slot > acknowledged;
    if (!more && !asked) {
      return;
    }
    acknowledged = slot;
    asked = false;
    CertifyMessage.Ack ack =
        new CertifyMessage.Ack(self.storeId(), view(), slot, delivering.delivered());
    boolean all = more && votes() && peers.voting() <= ACK_TO_ALL;
    if (!sequencer.equals(self.node())) {
      promises.add(sequencer, Lane.DATA, ack); // which may be no member yet in our log
    }
    for (Peer p : all ? peers.all() : NOBODY) {
      if (p.votes() && !p.node.equals(sequencer)) {
        promises.add(p.node, Lane.DATA, ack);
      }
    }
  }

  /** Whether others hear of stability by the sequencer alone. */
  boolean tellsStable(Peer peer) {
    return !peer.votes() || peers.voting() > ACK_TO_ALL;
  }

  /** Only a slot that the view ordered is found stable by counting; all before it are with it. */
  private void advanceStable() {
    long reached = reached(peers.current());
    if (unsettled && reached < configs.index()) {
      // A proposer that does not know of this membership goes by the one before: what is stable
      // without the record that tells it has to be so in both.
      reached = Math.min(reached, reached(peers.previous()));
    }
    if (reached > stable && rules.counts(view(), log.view(reached))) {
      stable = reached;
    }
    settleMembership();
  }

  private void settleMembership() {
    if (unsettled && configs.index() <= stable) {
      membershipInForce();
    }
  }

  /** Order needs more than half of the votes, a payload more than half of those that keep it too. */
  private long reached(Ballots ballots) {
    long mine = Math.min(rules.counted(disk, log), matched());
    long ordered = Math.min(ballots.majority(p -> p.acked, mine), matched());
    if (ordered <= stable) {
      return stable;
    }
    long reached = Math.max(stable, Math.min(ordered, ballots.keepers(p -> p.acked, mine)));
    while (reached < ordered && !log.entry(reached + 1).needsKeepers()) {
      reached++;
    }
    return reached;
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
