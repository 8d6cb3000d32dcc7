package org.quorate.coordinator.zk.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;

/** Applies the entries of the log in their order. Not thread-safe. */
public final class Machine {
  /** A writer that nothing was read of in so many entries is forgotten. */
  private static final long SILENT_ENTRIES = 1 << 20;

  private final Keyspace keys = new Keyspace();
  private final Sessions sessions = new Sessions();
  private final Locks locks = new Locks();
  private final TreeMap<Long, Writer> writers = new TreeMap<>();
  private long revision;
  private long entries;
  private long entriesSinceSnapshot;
  private long bytesSinceSnapshot;

  /** What revisions are ahead of the zxids of entries: what was taken in had come further. */
  private long ahead;

  private boolean taking;

  /** Who brings what is being taken in. */
  private long taker;

  /** Why all that was kept here is not here any more, null while it is. */
  private String left;

  /** Which entries of a writer were applied. */
  private static final class Writer {
    private final TreeSet<Long> applied = new TreeSet<>();
    private long settled;
    private long lastEntry;

    boolean isNew(Entry entry) {
      if (entry.settled() > settled) {
        settled = entry.settled();
        applied.headSet(settled, true).clear();
      }
      return entry.number() > settled && applied.add(entry.number());
    }
  }

  public Keyspace keys() {
    return keys;
  }

  public Sessions sessions() {
    return sessions;
  }

  public Locks locks() {
    return locks;
  }

  /** Of the last entry, 0 before the first. */
  public long revision() {
    return revision;
  }

  public long entriesSinceSnapshot() {
    return entriesSinceSnapshot;
  }

  public long bytesSinceSnapshot() {
    return bytesSinceSnapshot;
  }

  /**
   * Applies an entry.
   *
   * @param zxid higher than that of the one before
   * @param size its bytes
   */
  public Applied apply(Entry entry, long zxid, int size) {
    long at = zxid + ahead;
    if (at <= revision) {
      throw new CoordinationException(
          Code.BROKEN, "revision " + at + " follows " + revision + ": another history");
    }
    revision = at;
    entries++;
    entriesSinceSnapshot++;
    bytesSinceSnapshot += size;
    Applied applied = new Applied();
    Writer writer = writers.computeIfAbsent(entry.client(), c -> new Writer());
    writer.lastEntry = entries;
    if (!writer.isNew(entry)) {
      applied.repeat();
      return applied;
    }
    if (entries % (SILENT_ENTRIES / 16) == 0) {
      writers.values().removeIf(w -> w.lastEntry < entries - SILENT_ENTRIES);
    }
    try {
      applied.result(execute(entry, applied));
    } catch (CoordinationException refused) {
      applied.result(refused);
    }
    return applied;
  }

  private Object execute(Entry entry, Applied applied) {
    Command command = entry.command();
    if (taking && !goesOnWhileTaking(command)) {
      throw new CoordinationException(
          Code.UNAVAILABLE, "what another provider kept is being taken in here");
    }
    if (command instanceof Command.Transact transact) {
      return new Transactor(keys, sessions, locks, revision)
          .execute(transact.transaction(), applied);
    } else if (command instanceof Command.OpenSession open) {
      sessions.open(revision, open, entry.atMs());
      applied.renewed().add(revision);
      return revision;
    } else if (command instanceof Command.Resume resume) {
      return resume(resume, applied);
    } else if (command instanceof Command.KeepAlive alive) {
      return keepAlive(alive, applied);
    } else if (command instanceof Command.EndSession end) {
      return end(end, applied);
    } else if (command instanceof Command.Lock lock) {
      return locks.ask(lock, sessions.want(lock.session()), entry, revision);
    } else if (command instanceof Command.Unlock unlock) {
      return locks.unlock(unlock.lock(), unlock.token(), applied);
    } else if (command instanceof Command.Withdraw withdraw) {
      return locks.withdraw(withdraw, applied);
    } else if (command instanceof Command.TellHeld told) {
      return locks.tellHeld(told, entry.atMs());
    } else if (command instanceof Command.ForceRelease force) {
      return locks.force(force, entry.atMs(), applied);
    } else if (command instanceof Command.SnapshotStored) {
      entriesSinceSnapshot = 0;
      bytesSinceSnapshot = 0;
    } else if (command instanceof Command.Retire retire) {
      forget(applied);
      left = retire.left() == null ? left : retire.left();
    } else if (command instanceof Command.Leave leave) {
      left = leave.left();
    } else if (command instanceof Command.Open) {
      left = null;
    } else if (command instanceof Command.TakeBegin begin) {
      begin(begin);
    } else if (command instanceof Command.TakePart take) {
      wantTaking(take.taker());
      take(take.part());
    } else if (command instanceof Command.TakeDrop drop) {
      wantTaking(drop.taker());
      drop(drop.dropped());
    } else if (command instanceof Command.TakeEnd end) {
      wantTaking(end.taker());
      end(end, applied);
    }
    return true;
  }

  // ---- what comes from another provider, or goes there
  // --------------------------------------------

  private static boolean goesOnWhileTaking(Command command) {
    return command instanceof Command.TakeBegin
        || command instanceof Command.TakePart
        || command instanceof Command.TakeDrop
        || command instanceof Command.TakeEnd
        || command instanceof Command.Retire
        || command instanceof Command.Leave
        || command instanceof Command.Open
        || command instanceof Command.NextFolder
        || command instanceof Command.SnapshotStored
        || command instanceof Command.KeepAlive alive && alive.sessions().isEmpty();
  }

  /** All that there is; its lists are of this moment. */
  public Inventory inventory() {
    return new Inventory(
        revision,
        revision,
        List.copyOf(keys.in(Scope.tree("")).values()),
        keys.numbers(),
        sessions.all().stream().map(s -> new Inventory.KeptSession(s.info(), s.proof())).toList(),
        locks.list(Scope.tree("")),
        locks.forced(CoordinationLimits.FORCED_RELEASES));
  }

  private void forget(Applied applied) {
    for (Sessions.Session session : List.copyOf(sessions.all())) {
      locks.endOf(session.id(), applied);
      sessions.remove(session.id());
      applied.ended().add(session.id());
    }
    keys.clear();
    locks.clear();
    taking = false;
    applied.becomesAnew(revision);
  }

  /** Whether something is being taken in: what is here is not whole. */
  public boolean isTaking() {
    return taking;
  }

  /** Why all has gone on elsewhere: who does not go along does not read here; null while it is here. */
  public String left() {
    return left;
  }

  private void begin(Command.TakeBegin begin) {
    if (!taking) {
      if (!inventory().isEmpty()) {
        throw inUse();
      }
      keys.clear(); // numbers of what was here before, and forced releases
      locks.clear();
      taking = true;
    }
    taker = begin.taker();
    left = null;
    long behind = begin.start() - revision;
    if (behind > 0) {
      ahead += behind;
      revision += behind;
    }
  }

  /** Nothing is taken in where something is kept. */
  public static CoordinationException inUse() {
    return new CoordinationException(
        Code.INVALID, "something is kept here already: choose another place, or retire it");
  }

  private void drop(Command.Dropped dropped) {
    for (String key : dropped.keys()) {
      KeyEntry entry = keys.get(key);
      if (entry != null) {
        sessions.disown(entry.owner(), key);
        keys.remove(key);
      }
    }
    dropped.numbers().forEach(keys::forgetCounter);
    dropped.locks().forEach(locks::drop);
    dropped.sessions().forEach(sessions::remove);
    if (dropped.forced()) {
      locks.dropForced();
    }
  }

  private void take(Inventory part) {
    part.sessions().forEach(s -> sessions.take(s, revision));
    part.keys().forEach(e -> keys.take(e, sessions));
    part.numbers().forEach(keys::counter);
    part.locks().forEach(locks::take);
    part.forced().forEach(locks::take);
  }

  /** Fails with INVALID unless something is being taken in, by this one. */
  public void wantTaking(long by) {
    if (!taking || taker != by) {
      throw new CoordinationException(
          Code.INVALID,
          "nothing is being taken in here by this coordinator: it was given up, or somebody else"
              + " has begun to");
    }
  }

  private void end(Command.TakeEnd end, Applied applied) {
    taking = false;
    sessions.all().forEach(s -> sessions.renew(s.id(), revision));
    sessions.all().forEach(s -> applied.renewed().add(s.id()));
    applied.becomesAnew(end.since());
  }

  // ---- sessions
  // -----------------------------------------------------------------------------------

  private SessionSpec resume(Command.Resume resume, Applied applied) {
    Sessions.Session session = sessions.find(resume.session());
    if (session == null || !session.proof().equals(resume.proof())) {
      throw new CoordinationException(
          Code.SESSION_EXPIRED,
          "there is no session " + resume.session() + ", or its secret is another");
    }
    sessions.renew(resume.session(), revision);
    applied.renewed().add(resume.session());
    return session.spec();
  }

  private List<Long> keepAlive(Command.KeepAlive alive, Applied applied) {
    List<Long> ended = new ArrayList<>();
    for (long id : alive.sessions()) {
      (sessions.renew(id, revision) ? applied.renewed() : ended).add(id);
    }
    return ended;
  }

  private boolean end(Command.EndSession end, Applied applied) {
    Sessions.Session session = sessions.find(end.session());
    if (session == null || end.renewed() != 0 && end.renewed() != session.renewed()) {
      return false;
    }
    boolean delete = session.spec().onEnd() == SessionSpec.OnEnd.DELETE;
    for (String key : session.keys()) {
      KeyEntry after = delete ? null : ownerless(keys.get(key));
      if (delete) {
        keys.remove(key);
      } else {
        keys.put(after);
      }
      applied.events().add(new KeyEvent(key, revision, after));
    }
    locks.endOf(end.session(), applied);
    sessions.remove(end.session());
    applied.ended().add(end.session());
    return true;
  }

  private KeyEntry ownerless(KeyEntry entry) {
    return new KeyEntry(
        entry.key(), entry.value(), entry.createRevision(), revision, entry.version() + 1, 0);
  }

  /** All of it as bytes: the same for every machine that has applied the same entries. */
  public byte[] store() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeLong(revision);
      out.writeLong(entries);
      sessions.write(out);
      keys.write(out);
      locks.write(out);
      out.writeInt(writers.size());
      for (var each : writers.entrySet()) {
        out.writeLong(each.getKey());
        out.writeLong(each.getValue().settled);
        out.writeLong(each.getValue().lastEntry);
        out.writeInt(each.getValue().applied.size());
        for (long number : each.getValue().applied) {
          out.writeLong(number);
        }
      }
      out.writeLong(ahead);
      out.writeBoolean(taking);
      out.writeLong(taker);
      out.writeBoolean(left != null);
      if (left != null) {
        Wire.text(out, left);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A machine as it was when {@link #store} was called. */
  public static Machine restore(byte[] stored) {
    Machine machine = new Machine();
    ByteArrayInputStream bytes = new ByteArrayInputStream(stored);
    DataInputStream in = new DataInputStream(bytes);
    try {
      machine.revision = in.readLong();
      machine.entries = in.readLong();
      machine.sessions.read(in);
      machine.keys.read(in, machine.sessions);
      machine.locks.read(in);
      for (int left = in.readInt(); left > 0; left--) {
        Writer writer = new Writer();
        machine.writers.put(in.readLong(), writer);
        writer.settled = in.readLong();
        writer.lastEntry = in.readLong();
        for (int numbers = in.readInt(); numbers > 0; numbers--) {
          writer.applied.add(in.readLong());
        }
      }
      if (bytes.available() > 0) { // nothing had ever been taken in where it ends here
        machine.ahead = in.readLong();
        machine.taking = in.readBoolean();
        machine.taker = bytes.available() > 0 ? in.readLong() : 0;
        machine.left = bytes.available() > 0 && in.readBoolean() ? Wire.text(in) : null;
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new CoordinationException(Code.BROKEN, "a snapshot cannot be read: " + e, e);
    }
    return machine;
  }
}
