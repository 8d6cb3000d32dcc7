package org.quorate.failover;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.kit.Lease;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverRecord.Owner;

/**
 * A node's key, with a lease: the node stops its work well before the others may take it. When the lease
 * was let go the node registers anew, as another incarnation. All on the loop.
 */
final class Registration {
  /** What hangs on it. */
  interface Listener {
    void registered(Owner owner, CoordinatorSession session);

    void fenced(String why);
  }

  private final Coordinator coordinator;
  private final Layout layout;
  private final Settings settings;
  private final Loop loop;
  private final Self self;
  private final Events events;
  private final Listener listener;
  private final Lease lease;
  private CoordinatorSession session;
  private Owner owner;
  private final Set<Long> own =
      new HashSet<>(); // sessions of its last entry, and of attempts since
  private boolean entered;
  private Bytes shown; // what the others see of it, as far as is known
  private long shownAt; // and the revision of that
  private boolean announcing;

  Registration(
      Coordinator coordinator,
      Layout layout,
      Settings settings,
      Loop loop,
      Self self,
      Events events,
      Listener listener) {
    this.coordinator = coordinator;
    this.layout = layout;
    this.settings = settings;
    this.loop = loop;
    this.self = self;
    this.events = events;
    this.listener = listener;
    this.lease =
        loop.lease(
            coordinator,
            "failover " + self.name(),
            settings,
            new Lease.Listener() {
              @Override
              public void opened(CoordinatorSession opened) {
                session = opened;
                enter(opened);
              }

              @Override
              public void lost(String why) {
                letGo(why);
                lease.open();
              }
            });
  }

  void start() {
    lease.start();
  }

  /**
   * Gives the lease back: what is not completed is taken over at once.
   *
   * @return completes when it is given back
   */
  CompletionStage<Void> stop() {
    lease.stop();
    CoordinatorSession held = session;
    if (held == null) {
      return CompletableFuture.completedStage(null);
    }
    letGo("the registry of this node is closed");
    return held.close();
  }

  /** Who this node is, null while it has no lease that it may rely on. */
  Owner owner() {
    return lease.session() == null ? null : owner;
  }

  boolean lives(Owner who) {
    Owner now = owner();
    return now != null && Rules.same(now, who);
  }

  /** Tells the others what it handles now. */
  void handles(List<String> types) {
    self.types(types);
    announce();
  }

  private void enter(CoordinatorSession mine) {
    if (session != mine) {
      return;
    }
    loop.then(
        coordinator.get(layout.node(self.name())),
        (entry, e) -> {
          if (session != mine) {
            return;
          }
          if (e != null) {
            again(mine, e);
          } else if (entry == null) {
            put(mine, new Condition.Absent(layout.node(self.name())));
          } else if (entry.owner() == 0) { // written by something else: nobody's end removes it
            put(mine, new Condition.Unchanged(entry.key(), entry.modRevision()));
          } else if (entry.owner() == mine.id()) {
            entered(mine, entry.value(), entry.modRevision());
          } else {
            displace(mine, entry);
          }
        });
  }

  private void put(CoordinatorSession mine, Condition when) {
    String key = layout.node(self.name());
    Bytes value = self.value();
    Transaction put = new Transaction(List.of(when), List.of(new Op.Put(key, value, mine.id())));
    own.add(mine.id()); // it may be in, also if nobody says so before the lease is lost
    loop.then(
        coordinator.transact(put),
        (done, e) -> {
          if (session != mine) {
            return;
          }
          if (e != null) {
            again(mine, e);
          } else if (done.succeeded()) {
            entered(mine, value, done.revision());
          } else {
            enter(mine);
          }
        });
  }

  /** An earlier start of this node makes room; a later one is left alone. */
  private void displace(CoordinatorSession mine, KeyEntry entry) {
    if (entered && !own.contains(entry.owner())) {
      lease.stop();
      lease.drop();
      session = null;
      mine.close();
      events.event(
          Events.Kind.REPLACED,
          "another process has registered as '" + self.name() + "': this one stays out");
      return;
    }
    loop.then(
        coordinator.endSession(entry.owner()),
        (ended, e) -> {
          if (e != null) {
            again(mine, e);
          } else {
            enter(mine);
          }
        });
  }

  private void again(CoordinatorSession mine, FailoverException e) {
    if (session == mine && e.code() == Code.FENCED) {
      lease.ended(mine);
    } else {
      loop.after(settings.heartbeatMs(), () -> enter(mine));
    }
  }

  private void entered(CoordinatorSession mine, Bytes value, long revision) {
    entered = true;
    own.clear();
    own.add(mine.id());
    owner = new Owner(self.name(), self.address(), mine.id());
    events.event(Events.Kind.REGISTERED, "registered as '" + self.name() + "', " + mine.id());
    announcing = false;
    shown(value, revision);
    listener.registered(owner, mine);
  }

  private void shown(Bytes value, long revision) {
    shown = value;
    shownAt = revision;
    announce();
  }

  /** Once at a time, and only on what is known: one that is late changes nothing. */
  private void announce() {
    Bytes value = self.value();
    if (owner == null || announcing || value.equals(shown)) {
      return;
    }
    announcing = true;
    CoordinatorSession mine = session;
    String key = layout.node(self.name());
    Transaction set =
        new Transaction(
            List.of(new Condition.OwnedBy(key, mine.id()), new Condition.Unchanged(key, shownAt)),
            List.of(new Op.SetValue(key, value)));
    loop.then(
        coordinator.transact(set),
        (done, e) -> {
          if (session != mine) {
            return;
          }
          if (e == null && done.succeeded()) {
            announcing = false;
            shown(value, done.revision());
          } else if (e == null || Errors.passing(e)) {
            loop.after(settings.heartbeatMs(), () -> look(mine));
          } else {
            announcing = false; // its lease is over, which it is told
          }
        });
  }

  /** Reads what the others see, to know what became of an announcement. */
  private void look(CoordinatorSession mine) {
    if (session != mine) {
      return;
    }
    loop.then(
        coordinator.get(layout.node(self.name())),
        (entry, e) -> {
          if (session != mine) {
            return;
          }
          if (e != null && Errors.passing(e)) {
            loop.after(settings.heartbeatMs(), () -> look(mine));
            return;
          }
          announcing = false;
          if (entry != null && entry.owner() == mine.id()) {
            shown(entry.value(), entry.modRevision());
          }
        });
  }

  private void letGo(String why) {
    boolean was = owner != null;
    lease.drop();
    session = null;
    owner = null;
    if (was) {
      events.event(Events.Kind.FENCED, why);
      listener.fenced(why);
    }
  }
}
