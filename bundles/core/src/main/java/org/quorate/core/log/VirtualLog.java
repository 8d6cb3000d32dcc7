package org.quorate.core.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Gtid;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Aborted;
import org.quorate.api.Outcome.Committed;
import org.quorate.api.Outcome.Executed;
import org.quorate.api.Outcome.Overloaded;
import org.quorate.api.Outcome.Rejected;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.core.certify.Certifier;
import org.quorate.core.certify.Intents;
import org.quorate.core.certify.VersionIndex;
import org.quorate.core.session.Session;
import org.quorate.core.session.SessionTable;
import org.quorate.core.state.GroupStore;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.state.Prepared;
import org.quorate.spi.state.StateMachine;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/**
 * A group's one history, whatever links carry it: gives every delivered record its position,
 * filters repeats, certifies, executes, and numbers the commits. Deterministic: state and verdicts
 * are a function of the records delivered. Single-threaded, on the group's loop.
 *
 * <p>Three counters: <i>inner</i> belongs to the link and may have gaps; <i>position</i> counts
 * every delivered record; <i>version</i> counts commits.
 */
public final class VirtualLog {
  private static final Bytes INDEX = Bytes.wrap(new byte[] {0, 'c'});
  private static final Bytes SESSION = Bytes.wrap(new byte[] {0, 's'});

  /** Instead of a version: the sequence was refused since a key was reserved. */
  private static final long RESERVED = -1;

  /** Positions stay below. */
  private static final int SESSION_BITS = 48;

  /**
   * Versions that a fork leaves out: more than what it cuts off, and more than those who may go on in
   * the parent for a while, will ever have. So no number of theirs is given again: no snapshot,
   * revision or token taken there holds here.
   */
  private static final long FORK_GAP = 1L << 40;

  private final GroupStore store;
  private final StateMachine machine;
  private final Applied applied;
  private final LongFunction<Bytes> linkStates;
  private final SessionTable sessions = new SessionTable();
  private final Map<Bytes, NodeId> nodes = new HashMap<>();
  private final StateChecks checks = new StateChecks();
  private VersionIndex index = new VersionIndex();
  private Intents intents = new Intents();
  private final Swaps swaps;
  private long historyId;
  private List<Fork> lineage = List.of();
  private Ahead ahead;
  private long prepared;
  private Bytes linkState;
  private long inner;
  private long position;
  private long version;

  /**
   * Takes over what the store holds.
   *
   * @param linkStates the active link's opaque state at an index that was just delivered
   */
  public VirtualLog(
      GroupStore store,
      StateMachine machine,
      long historyId,
      Chain genesis,
      Applied applied,
      LongFunction<Bytes> linkStates) {
    this.store = store;
    this.machine = machine;
    this.historyId = historyId;
    this.applied = applied;
    this.linkStates = linkStates;
    this.swaps = new Swaps(genesis);
    load();
  }

  /** Takes over what the store holds: after opening it and after a snapshot. */
  public void load() {
    checks.reset();
    ahead = null;
    LogMeta meta = LogMeta.of(store.get(LogMeta.KEY));
    if (meta == null) {
      return;
    }
    if (meta.historyId() != historyId) {
      throw new IllegalStateException(
          "group state of history "
              + Long.toHexString(meta.historyId())
              + ", the group's manifest says "
              + Long.toHexString(historyId));
    }
    inner = meta.inner();
    position = meta.position();
    version = meta.version();
    sessions.reset(meta.timeMs());
    lineage = meta.lineage();
    swaps.reset(meta.chain());
    linkState = meta.linkState();
    Decoder certified = new Decoder(store.get(INDEX));
    index = VersionIndex.decode(certified);
    intents = Intents.decode(certified);
    try (StateCursor cursor = store.scan(SESSION, SESSION.prefixEnd())) {
      while (cursor.next()) {
        sessions.restore(cursor.key().longAt(SESSION.length()), cursor.value());
      }
    }
  }

  /** Writes the platform's own state beside the state machine's, before a checkpoint. */
  public void save(Bytes linkStateAtInner) {
    linkState = linkStateAtInner;
    LogMeta meta =
        new LogMeta(
            historyId,
            inner,
            position,
            version,
            sessions.timeMs(),
            lineage,
            swaps.chain(),
            linkState);
    store.put(LogMeta.KEY, meta.encode());
    Encoder writes = new Encoder(1024);
    index.encode(writes);
    intents.encode(writes);
    store.put(INDEX, writes.take());
    sessions.drainDirty(
        (id, session) -> {
          Bytes key = SESSION.concat(Bytes.ofLong(id));
          if (session == null) {
            store.delete(key);
          } else {
            store.put(key, session);
          }
        });
  }

  /** Every index of the link up to this one is behind us. */
  public void skipTo(long decided) {
    inner = Math.max(inner, decided);
  }

  /** Executes one record. Throws MalformedException if it is none. */
  public void deliver(long at, Bytes payload) {
    LogRecord.Envelope envelope = LogRecord.decode(payload);
    inner = at;
    position++;
    applied.outcome(envelope.origin(), envelope.ticket(), execute(envelope.record()));
    if (ahead != null && ahead.over(inner)) {
      ahead = null;
    }
  }

  /**
   * Looks at the records that will be delivered next, one at least, up to the first that may depend
   * on what one before it does, and of one step. If it names commands to be worked out, nothing may
   * be delivered until they are.
   *
   * @param costly the least cost of a command that is worth to be worked out by itself
   */
  public Ahead ahead(Iterable<Upcoming> records, long costly) {
    return new Lookahead(this, machine, costly).over(records);
  }

  /** Whether a command will be a commit if no record before it changes that. */
  boolean commits(Proposal proposal) {
    Session session = sessions.find(proposal.session());
    if (proposal.session() != 0
        && (session == null || session.answer(proposal.sequence()) != null)) {
      return false;
    }
    Transaction transaction = proposal.transaction();
    return transaction == null
        || Certifier.certify(transaction, index, historyId) == null
            && intents.conflict(proposal, gtid()) == null;
  }

  Rehearsal rehearsal(Proposal proposal, long becomes) {
    return new Rehearsal(store, sessions, becomes, proposal.session(), proposal.command());
  }

  /**
   * A record that will be delivered.
   *
   * @param payload null for an index without one
   * @param ends whether it is the last of those that its link decided in one step
   */
  public record Upcoming(long inner, Bytes payload, boolean ends) {}

  /** The records that were looked at follow now, their costly commands worked out. */
  public void expect(Ahead worked) {
    ahead = worked;
  }

  /** Commands that had been worked out when their turn came, and still held. */
  public long prepared() {
    return prepared;
  }

  private Outcome execute(LogRecord record) {
    if (record instanceof LogRecord.Command command) {
      return command(node(command.node()), command.proposal());
    } else if (record instanceof LogRecord.KeepAlive alive) {
      Encoder gone = new Encoder();
      gone.list(alive.sessions().stream().filter(s -> !sessions.renew(s)).toList(), Encoder::i64);
      return committed(gone.take());
    } else if (record instanceof LogRecord.OpenSession open) {
      return opened(open);
    } else if (record instanceof LogRecord.CloseSession close) {
      if (sessions.close(close.session())) {
        ended(close.session());
      }
      return committed(Bytes.EMPTY);
    } else if (record instanceof LogRecord.TimeStep step) {
      return timeStep(step);
    } else if (record instanceof LogRecord.GiveWay gone) {
      intents.ended(gone.session(), sessions.timeMs());
      return committed(Bytes.EMPTY);
    }
    if (record instanceof LogRecord.StateMark) {
      checks.marked(position, version, stateHash());
      return committed(Bytes.EMPTY);
    } else if (record instanceof LogRecord.HashReport report) {
      checks.reported(report.position(), report.storeId(), report.hash());
      return committed(Bytes.EMPTY);
    } else if (record instanceof LogRecord.SnapshotMark mark) {
      applied.marked(mark);
      return committed(Bytes.EMPTY);
    }
    Outcome refused = swaps.execute(record, position, sessions.timeMs(), this::seal);
    return refused == null ? committed(swaps.answer()) : refused;
  }

  private Outcome opened(LogRecord.OpenSession open) {
    Outcome full = sessions.full();
    if (full != null) {
      return full;
    }
    sessions.open(sessionId(), open.ttlMs());
    return committed(Bytes.ofLong(sessionId()));
  }

  /**
   * The position, and since a fork a mark of the history in front of it: a client that had its session
   * opened in what the fork cut off must never be taken for another one.
   */
  private long sessionId() {
    return lineage.isEmpty() ? position : position | (1 + (historyId & 0x3fff)) << SESSION_BITS;
  }

  /**
   * Goes on in a new history, of which one node is the only member: the active link ends here, and
   * whatever was left of swaps with it. The fork takes a position of its own, which names the new link.
   * What was read in the parent, on either side of the fork, cannot be certified here.
   */
  public void fork(long history, Fork from) {
    lineage = new ArrayList<>(lineage);
    lineage.add(from);
    lineage = List.copyOf(lineage);
    historyId = history;
    position++;
    inner = 0;
    linkState = null;
    version += FORK_GAP;
    index.raiseHorizon(version);
    Membership alone = new Membership(from.members().version() + 1, List.of(from.founder()));
    swaps.reset(chain().forked(position, alone));
  }

  /** The forks that led to this history, the oldest first. */
  public List<Fork> lineage() {
    return lineage;
  }

  /** Whatever the link delivers later is not part of the history. */
  private Chain.Seal seal() {
    Chain.Seal seal = new Chain.Seal(inner, linkStates.apply(inner));
    inner = 0;
    linkState = null;
    return seal;
  }

  /** Answers with the new time, or with nothing if the step was void. */
  private Outcome timeStep(LogRecord.TimeStep step) {
    if (step.fromMs() != sessions.timeMs()) {
      return committed(Bytes.EMPTY);
    }
    sessions.advance(step.deltaMs()).forEach(this::ended);
    intents.stepped(position, sessions.timeMs());
    return committed(Bytes.ofLong(sessions.timeMs()));
  }

  private void ended(long session) {
    intents.ended(session, sessions.timeMs());
    Application context = new Application(store, sessions, version + 1, session, ahead);
    machine.leaseEnded(context, session);
    if (context.changed()) {
      version++;
      context.index(index, null);
    }
  }

  private Outcome command(NodeId node, Proposal proposal) {
    Session session = null;
    if (proposal.session() != 0) {
      session = sessions.find(proposal.session());
      Outcome known = session == null ? expired(proposal) : repeated(session, proposal);
      if (known != null) {
        return known;
      }
    }
    Transaction transaction = proposal.transaction();
    if (transaction != null) {
      if (transaction.snapshotVersion() > version) {
        return future(transaction);
      }
      Conflict conflict = Certifier.certify(transaction, index, historyId);
      if (conflict == null) {
        conflict = intents.conflict(proposal, gtid());
        if (conflict != null && session != null) {
          // Unlike other conflicts this one passes: a copy that comes late must lose as well.
          Session.Answer reserved = new Session.Answer(RESERVED, position, Bytes.EMPTY);
          sessions.keep(session, proposal.sequence(), reserved);
        }
      }
      if (conflict != null) {
        intents.reserve(proposal, node, position, sessions.timeMs());
        return new Aborted(conflict);
      }
      intents.committed(proposal, sessions.timeMs());
    }
    Application context = new Application(store, sessions, version + 1, proposal.session(), ahead);
    Bytes result = result(context, proposal.command());
    version++;
    if (transaction != null && transaction.isolated()) {
      context.wroteEverything();
    }
    context.index(index, node);
    if (session != null) {
      Session.Answer answer = new Session.Answer(version, position, result.copy());
      sessions.keep(session, proposal.sequence(), answer);
    }
    return committed(result);
  }

  private Bytes result(Application context, Bytes command) {
    Prepared worked = ahead == null ? null : ahead.take(inner, context);
    if (worked == null) {
      return machine.apply(context, command);
    }
    prepared++;
    return worked.complete(context);
  }

  private Outcome future(Transaction transaction) {
    return new Rejected(
        Rejection.FUTURE_SNAPSHOT,
        "snapshot of version "
            + transaction.snapshotVersion()
            + ", the group is at "
            + version
            + ": it was read in another group or history");
  }

  /** One object for all records of a node. */
  private NodeId node(Bytes name) {
    NodeId known = nodes.get(name);
    if (known == null) {
      known = NodeId.of(name.utf8());
      nodes.put(name.copy(), known);
    }
    return known;
  }

  private static Outcome expired(Proposal proposal) {
    return new Rejected(
        Rejection.SESSION_EXPIRED,
        "session " + proposal.session() + " is not open; open a new one");
  }

  /** What to answer without executing, or null; renews the session. */
  private Outcome repeated(Session session, Proposal proposal) {
    sessions.renew(session.id());
    session.acknowledge(proposal.acknowledged());
    long reach = proposal.sequence() - session.acknowledged();
    if (reach <= 0) {
      return new Rejected(
          Rejection.SEQUENCE_FORGOTTEN,
          "sequence " + proposal.sequence() + " was acknowledged and its answer forgotten");
    }
    if (reach > Session.WINDOW) {
      return new Overloaded(10, "session window of " + Session.WINDOW);
    }
    Session.Answer answer = session.answer(proposal.sequence());
    if (answer != null && answer.version() == RESERVED) {
      return new Aborted(new Conflict(Conflict.Reason.INTENT, null, gtid(), null, 0));
    }
    if (answer == null) {
      return null;
    }
    Gtid gtid = new Gtid(historyId, answer.version());
    return answer.kept()
        ? new Committed(gtid, answer.position(), answer.result())
        : new Executed(gtid, answer.position());
  }

  private Committed committed(Bytes result) {
    return new Committed(gtid(), position, result);
  }

  /** Which commit last wrote what. */
  public VersionIndex index() {
    return index;
  }

  /** Where a transaction that lost stands among those that have reserved its keys. */
  public Intents.Place place(long session, long intent) {
    return intents.place(session, intent);
  }

  /** Intents of losing transactions. */
  public Intents intents() {
    return intents;
  }

  /** Last index of the active link that was executed or skipped. */
  public long inner() {
    return inner;
  }

  /** How far this log has come in the links. */
  public LogPoint point() {
    return new LogPoint(chain().active().epoch(), inner);
  }

  public long position() {
    return position;
  }

  public Gtid gtid() {
    return new Gtid(historyId, version);
  }

  public long version() {
    return version;
  }

  public Chain chain() {
    return swaps.chain();
  }

  /** The active link's opaque state at the last save; null before its first. */
  public Bytes linkState() {
    return linkState;
  }

  public StateChecks checks() {
    return checks;
  }

  public SessionTable sessions() {
    return sessions;
  }

  /** The state machine's state, for a query now. */
  public StateView view() {
    return new MachineView(store, version, sessions.timeMs());
  }

  /** Hash of the logical state at {@link #version()}. */
  public long stateHash() {
    return machine.stateHash(view());
  }
}
