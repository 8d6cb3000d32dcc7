package org.quorate.coordinator.zk.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.HeldLock.Loss;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.Scope;

/** Locks and who waits for them: of each queue the first holds. */
public final class Locks {
  private final TreeMap<String, ArrayDeque<Claim>> queues = new TreeMap<>(KeyOrder.UTF8);
  private final ArrayDeque<ForcedRelease> forced = new ArrayDeque<>();
  private long epoch = 1;

  private record Claim(LockInfo.Claim shown, long client, long number) {
    Claim heldSince(long atMs) {
      return new Claim(
          new LockInfo.Claim(
              shown.token(),
              shown.session(),
              shown.sessionName(),
              shown.purpose(),
              shown.askedAtMs(),
              atMs),
          client,
          number);
    }

    FencingToken token() {
      return shown.token();
    }
  }

  /** Those that are held, in the order of their names. */
  public List<LockInfo> list(Scope scope) {
    List<LockInfo> found = new ArrayList<>();
    for (String name : queues.keySet()) {
      if (scope.contains(name)) {
        found.add(info(name));
      }
    }
    return found;
  }

  /** Who holds a lock and who waits. */
  public LockInfo info(String name) {
    ArrayDeque<Claim> queue = queues.get(name);
    if (queue == null) {
      return new LockInfo(name, null, List.of());
    }
    List<LockInfo.Claim> all = queue.stream().map(Claim::shown).toList();
    return new LockInfo(name, all.get(0), all.subList(1, all.size()));
  }

  /** Newest first. */
  public List<ForcedRelease> forced(int limit) {
    return forced.stream().limit(limit).toList();
  }

  /** Whether a lock is held with that token. */
  public boolean held(String name, FencingToken token) {
    ArrayDeque<Claim> queue = queues.get(name);
    return queue != null && queue.peekFirst().token().equals(token);
  }

  LockReply ask(Command.Lock asked, Sessions.Session session, Entry entry, long revision) {
    String name = asked.spec().name();
    ArrayDeque<Claim> queue = queues.get(name);
    if (queue != null && asked.spec().waitMs() == 0) {
      return new LockReply(null, false, info(name));
    }
    boolean free = queue == null;
    epoch = Math.max(epoch, asked.epoch());
    FencingToken token = new FencingToken(epoch, revision);
    LockInfo.Claim shown =
        new LockInfo.Claim(
            token,
            session.id(),
            session.spec().name(),
            asked.spec().purpose(),
            entry.atMs(),
            free ? entry.atMs() : 0);
    queues
        .computeIfAbsent(name, n -> new ArrayDeque<>())
        .addLast(new Claim(shown, entry.client(), entry.number()));
    return new LockReply(token, free, null);
  }

  boolean unlock(String name, FencingToken token, Applied applied) {
    return remove(name, c -> c.token().equals(token), Loss.RELEASED, applied);
  }

  boolean withdraw(Command.Withdraw asked, Applied applied) {
    Predicate<Claim> meant =
        c ->
            c.client() == asked.client()
                && c.number() == asked.number()
                && (asked.evenIfHeld() || !held(asked.lock(), c.token()));
    return remove(asked.lock(), meant, Loss.RELEASED, applied);
  }

  boolean tellHeld(Command.TellHeld told, long atMs) {
    boolean holds = held(told.lock(), told.token());
    if (holds) {
      ArrayDeque<Claim> queue = queues.get(told.lock());
      queue.addFirst(queue.removeFirst().heldSince(atMs));
    }
    return holds;
  }

  boolean force(Command.ForceRelease asked, long atMs, Applied applied) {
    if (!held(asked.lock(), asked.token())) {
      return false;
    }
    LockInfo.Claim holder = info(asked.lock()).holder();
    forced.addFirst(new ForcedRelease(asked.lock(), holder, asked.by(), asked.reason(), atMs));
    if (forced.size() > CoordinationLimits.FORCED_RELEASES) {
      forced.removeLast();
    }
    return remove(asked.lock(), c -> c.token().equals(asked.token()), Loss.FORCED, applied);
  }

  void clear() {
    queues.clear();
    forced.clear();
  }

  void drop(String name) {
    queues.remove(name);
  }

  void dropForced() {
    forced.clear();
  }

  /** Claims of another provider, behind those that are there; who asked is not known by a number. */
  void take(LockInfo lock) {
    ArrayDeque<Claim> queue = queues.computeIfAbsent(lock.name(), n -> new ArrayDeque<>());
    queue.addLast(new Claim(lock.holder(), 0, 0));
    lock.waiting().forEach(c -> queue.addLast(new Claim(c, 0, 0)));
    queue.forEach(c -> epoch = Math.max(epoch, c.token().epoch()));
  }

  /** Older than those that are there. */
  void take(ForcedRelease release) {
    forced.addLast(release);
  }

  void endOf(long session, Applied applied) {
    for (String name : new ArrayList<>(queues.keySet())) {
      remove(name, c -> c.shown().session() == session, Loss.SESSION_ENDED, applied);
    }
  }

  private boolean remove(String name, Predicate<Claim> who, Loss why, Applied applied) {
    ArrayDeque<Claim> queue = queues.get(name);
    if (queue == null) {
      return false;
    }
    Claim holder = queue.peekFirst();
    boolean found = false;
    for (Iterator<Claim> each = queue.iterator(); each.hasNext(); ) {
      Claim claim = each.next();
      if (who.test(claim)) {
        applied.gone().put(claim.token(), why);
        each.remove();
        found = true;
      }
    }
    if (queue.isEmpty()) {
      queues.remove(name);
    } else if (queue.peekFirst() != holder) {
      applied.granted().add(queue.peekFirst().token());
    }
    return found;
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(epoch);
    out.writeInt(queues.size());
    for (var each : queues.entrySet()) {
      Wire.text(out, each.getKey());
      out.writeInt(each.getValue().size());
      for (Claim claim : each.getValue()) {
        Wire.claim(out, claim.shown());
        out.writeLong(claim.client());
        out.writeLong(claim.number());
      }
    }
    out.writeInt(forced.size());
    for (ForcedRelease each : forced) {
      InventoryWire.forced(out, each);
    }
  }

  void read(DataInput in) throws IOException {
    epoch = in.readLong();
    for (int left = in.readInt(); left > 0; left--) {
      ArrayDeque<Claim> queue = new ArrayDeque<>();
      queues.put(Wire.text(in), queue);
      for (int claims = in.readInt(); claims > 0; claims--) {
        queue.addLast(new Claim(Wire.claim(in), in.readLong(), in.readLong()));
      }
    }
    for (int left = in.readInt(); left > 0; left--) {
      forced.addLast(InventoryWire.forced(in));
    }
  }
}
