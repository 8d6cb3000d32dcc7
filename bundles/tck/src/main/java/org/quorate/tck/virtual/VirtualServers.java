package org.quorate.tck.virtual;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;

/** What coordination servers agree on, in virtual time: keys, sessions and locks as the SPI says. */
public final class VirtualServers {
  /** A session. */
  public static final class Session {
    public final long id;
    final long ttlUs;
    long deadlineUs;
    Runnable ended = () -> {};

    Session(long id, long ttlUs) {
      this.id = id;
      this.ttlUs = ttlUs;
    }
  }

  /** Who holds a lock or waits for it, and what is shown of that. */
  public record Claim(Session session, LockInfo.Claim shown, Runnable granted, Runnable lost) {
    FencingToken token() {
      return shown.token();
    }
  }

  final EventQueue queue;

  /** Every key that there is. */
  public final TreeMap<String, KeyEntry> keys = new TreeMap<>();

  final List<List<KeyEvent>> history = new ArrayList<>();
  public final Map<Long, Session> sessions = new TreeMap<>();
  public final Map<String, Deque<Claim>> locks = new TreeMap<>();
  final List<Runnable> watches = new ArrayList<>();

  /** Told the changes of each revision. */
  public final List<Consumer<List<KeyEvent>>> checks = new ArrayList<>();

  /** Most entries of an answer: pages of it may be of different revisions. */
  public int page = CoordinationLimits.LISTING_ENTRIES;

  /** Whether they can be asked for an old revision. */
  public boolean remembers;

  /** Whether they answer. */
  public boolean quorum = true;

  private final Map<String, Long> sequences = new HashMap<>();
  private long ids = 1000;
  private long tokens;
  private List<KeyEvent> changes = new ArrayList<>();

  VirtualServers(EventQueue queue) {
    this.queue = queue;
  }

  /** Each change of keys is a revision, from 1. */
  public long revision() {
    return history.size();
  }

  Listing range(RangeQuery query) {
    List<KeyEntry> found = new ArrayList<>();
    long at = query.revision() == 0 ? revision() : query.revision();
    for (KeyEntry entry : keys(at).values()) {
      boolean wanted = query.scope().contains(entry.key());
      if (wanted && entry.key().compareTo(query.after()) > 0) {
        if (found.size() == Math.min(query.limit(), page)) {
          return new Listing(at, found, true);
        }
        found.add(entry);
      }
    }
    return new Listing(at, found, false);
  }

  private Map<String, KeyEntry> keys(long at) {
    if (at == revision()) {
      return keys;
    }
    Map<String, KeyEntry> then = new TreeMap<>();
    for (List<KeyEvent> changed : history.subList(0, (int) at)) {
      for (KeyEvent event : changed) {
        if (event.entry() == null) {
          then.remove(event.key());
        } else {
          then.put(event.key(), event.entry());
        }
      }
    }
    return then;
  }

  TransactionResult transact(Transaction transaction) {
    if (!transaction.when().stream().allMatch(this::holds)) {
      return new TransactionResult(false, revision(), List.of());
    }
    List<TransactionResult.Effect> effects = new ArrayList<>();
    for (Op op : transaction.then()) {
      effects.add(execute(op));
    }
    commit();
    return new TransactionResult(true, revision(), effects);
  }

  private boolean holds(Condition condition) {
    if (condition instanceof Condition.Absent absent) {
      return !keys.containsKey(absent.key());
    } else if (condition instanceof Condition.Exists exists) {
      return keys.containsKey(exists.key());
    } else if (condition instanceof Condition.Unchanged same) {
      KeyEntry entry = keys.get(same.key());
      return entry != null && entry.modRevision() == same.modRevision();
    } else if (condition instanceof Condition.OwnedBy owned) {
      KeyEntry entry = keys.get(owned.key());
      return entry != null && entry.owner() == owned.session();
    } else if (condition instanceof Condition.Held held) {
      Deque<Claim> claims = locks.get(held.lock());
      return claims != null && claims.peek().token().equals(held.token());
    }
    throw new CoordinationException(CoordinationException.Code.UNSUPPORTED, "" + condition);
  }

  private TransactionResult.Effect execute(Op op) {
    if (op instanceof Op.Put put) {
      return put(put.key(), put.value(), put.owner());
    } else if (op instanceof Op.SetValue set) {
      return put(set.key(), set.value(), keys.get(set.key()).owner());
    } else if (op instanceof Op.PutSequential put) {
      long number = sequences.merge(put.prefix(), 1L, Long::sum) - 1;
      return put(put.prefix() + String.format("%010d", number), put.value(), put.owner());
    } else if (op instanceof Op.Delete delete) {
      return delete(delete.key());
    } else if (op instanceof Op.DeleteTree tree) {
      Scope below = Scope.tree(tree.path());
      List<String> found = keys.keySet().stream().filter(below::contains).toList();
      found.forEach(this::delete);
      return new TransactionResult.Effect(tree.path(), found.size());
    }
    throw new CoordinationException(CoordinationException.Code.UNSUPPORTED, "" + op);
  }

  private TransactionResult.Effect put(String key, Bytes value, long owner) {
    if (owner != 0 && !sessions.containsKey(owner)) {
      throw new CoordinationException(CoordinationException.Code.SESSION_EXPIRED, "" + owner);
    }
    KeyEntry was = keys.get(key);
    long next = revision() + 1;
    KeyEntry entry =
        new KeyEntry(
            key,
            value,
            was == null ? next : was.createRevision(),
            next,
            was == null ? 1 : was.version() + 1,
            owner);
    keys.put(key, entry);
    changes.add(new KeyEvent(key, next, entry));
    return new TransactionResult.Effect(key, 1);
  }

  private TransactionResult.Effect delete(String key) {
    boolean was = keys.remove(key) != null;
    if (was) {
      changes.add(new KeyEvent(key, revision() + 1, null));
    }
    return new TransactionResult.Effect(key, was ? 1 : 0);
  }

  private void commit() {
    if (!changes.isEmpty()) {
      List<KeyEvent> done = changes;
      changes = new ArrayList<>();
      history.add(done);
      checks.forEach(c -> c.accept(done));
      List.copyOf(watches).forEach(Runnable::run);
    }
  }

  Session open(long ttlMs) {
    Session session = new Session(++ids, ttlMs * 1000);
    sessions.put(session.id, session);
    renew(session);
    return session;
  }

  void renew(Session session) {
    if (!sessions.containsKey(session.id)) {
      throw new CoordinationException(
          CoordinationException.Code.SESSION_EXPIRED, "session " + session.id + " has ended");
    }
    session.deadlineUs = queue.nowUs() + session.ttlUs;
    queue.at(session.deadlineUs, () -> expire(session));
  }

  private void expire(Session session) {
    if (queue.nowUs() >= session.deadlineUs) {
      end(session.id);
    }
  }

  /** Ends a session; false if there is none. */
  public boolean end(long id) {
    Session session = sessions.remove(id);
    if (session == null) {
      return false;
    }
    List<String> owned =
        keys.values().stream().filter(k -> k.owner() == id).map(KeyEntry::key).toList();
    owned.forEach(this::delete);
    commit();
    for (String lock : List.copyOf(locks.keySet())) {
      for (Claim claim : List.copyOf(locks.get(lock))) {
        if (claim.session() == session) {
          release(lock, claim.token());
        }
      }
    }
    session.ended.run();
    return true;
  }

  /**
   * Asks for a lock.
   *
   * @param by name of its session
   */
  FencingToken lock(
      LockSpec lock,
      Session session,
      String by,
      long wallMs,
      Consumer<FencingToken> granted,
      Runnable lost) {
    FencingToken token = new FencingToken(1, ++tokens);
    Deque<Claim> claims = locks.computeIfAbsent(lock.name(), n -> new ArrayDeque<>());
    LockInfo.Claim shown = new LockInfo.Claim(token, session.id, by, lock.purpose(), wallMs, 0);
    claims.add(new Claim(session, shown, () -> granted.accept(token), lost));
    if (claims.size() == 1) {
      granted.accept(token);
    }
    return token;
  }

  /** Whether who waits for a lock has given up; false if it holds it, or has gone. */
  boolean giveUp(String name, FencingToken token) {
    Deque<Claim> claims = locks.get(name);
    return claims != null
        && !claims.peek().token().equals(token)
        && claims.removeIf(c -> c.token().equals(token));
  }

  /** Who holds a lock and who waits. */
  LockInfo info(String name) {
    List<LockInfo.Claim> line = new ArrayList<>();
    for (Claim c : locks.getOrDefault(name, new ArrayDeque<>())) {
      line.add(c.shown());
    }
    return line.isEmpty()
        ? new LockInfo(name, null, List.of())
        : new LockInfo(name, line.get(0), line.subList(1, line.size()));
  }

  boolean release(String name, FencingToken token) {
    Deque<Claim> claims = locks.get(name);
    if (claims == null) {
      return false;
    }
    Claim first = claims.peek();
    Claim mine = claims.stream().filter(c -> c.token().equals(token)).findFirst().orElse(null);
    if (mine == null) {
      return false;
    }
    claims.remove(mine);
    mine.lost().run();
    if (claims.isEmpty()) {
      locks.remove(name);
    } else if (mine == first) {
      claims.peek().granted().run();
    }
    return true;
  }
}
