package org.quorate.coordinator.zk;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.spi.coordination.kit.Listeners;

/** Watches and blocking queries, found by the keys that change. On the coordinator's thread alone. */
final class Watches {
  /** Events of one call of a listener, unless a single revision has more. */
  private static final int BATCH = 1_000;

  private final Replica replica;
  private final Executor loop;
  private final Map<Scope, Set<Waiter>> waiters = new HashMap<>();

  /** Somebody who wants to know of changes. */
  private interface Waiter {
    void changed(long revision);

    void anew();

    void end(CoordinationException why);

    void tick(long nowNanos);
  }

  Watches(Replica replica, Executor loop) {
    this.replica = replica;
    this.loop = loop;
  }

  private void add(Scope scope, Waiter waiter) {
    waiters.computeIfAbsent(scope, s -> new LinkedHashSet<>()).add(waiter);
  }

  private void remove(Scope scope, Waiter waiter) {
    Set<Waiter> there = waiters.get(scope);
    if (there != null && there.remove(waiter) && there.isEmpty()) {
      waiters.remove(scope);
    }
  }

  /** Keys were changed. */
  void applied(List<KeyEvent> events, long revision) {
    if (waiters.isEmpty() || events.isEmpty()) {
      return;
    }
    Set<Waiter> touched = new LinkedHashSet<>();
    for (KeyEvent event : events) {
      String key = event.key();
      touched.addAll(waiters.getOrDefault(new Scope(key, false), Set.of()));
      for (int slash = key.lastIndexOf('/'); slash > 0; slash = key.lastIndexOf('/', slash - 1)) {
        touched.addAll(waiters.getOrDefault(new Scope(key.substring(0, slash), true), Set.of()));
      }
      touched.addAll(waiters.getOrDefault(new Scope("", true), Set.of()));
    }
    touched.forEach(w -> w.changed(revision));
  }

  /** History was lost: everybody looks whether that concerns them. */
  void restarted() {
    all().forEach(w -> w.changed(replica.machine().revision()));
  }

  /** All is other than before, and not told key by key. */
  void anew() {
    all().forEach(Waiter::anew);
  }

  void tick(long nowNanos) {
    all().forEach(w -> w.tick(nowNanos));
  }

  void endAll(CoordinationException why) {
    all().forEach(w -> w.end(why));
  }

  private Set<Waiter> all() {
    Set<Waiter> all = new LinkedHashSet<>();
    waiters.values().forEach(all::addAll);
    return all;
  }

  // ---- blocking queries -----------------------------------------------------------------------

  /** Answers when a scope has changed since an index; all acknowledged before is applied already. */
  void poll(List<Scope> scopes, long index, long waitMs, CompletableFuture<Listing> answer) {
    if (index == 0 || changedSince(scopes, index)) {
      // Where nothing was ever changed it is 0, with which nobody would wait; no entry has the 1.
      answer.complete(list(scopes, Math.max(1, replica.machine().revision())));
      return;
    }
    Poll poll =
        new Poll(scopes, index, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs), answer);
    if (waitMs == 0) {
      answer.complete(list(scopes, index));
    } else {
      scopes.forEach(s -> add(s, poll));
    }
  }

  /** Whether a scope has changed since an index, or that is not known any more. */
  boolean changedSince(List<Scope> scopes, long index) {
    History history = replica.history();
    if (index < history.floor()) {
      return true;
    }
    for (List<KeyEvent> changes : history.after(index).values()) {
      for (Scope scope : scopes) {
        if (History.matching(changes, scope) != null) {
          return true;
        }
      }
    }
    return false;
  }

  private Listing list(List<Scope> scopes, long revision) {
    List<KeyEntry> entries = new ArrayList<>();
    for (Scope scope : scopes) {
      for (KeyEntry entry : replica.machine().keys().in(scope).values()) {
        if (entries.size() == CoordinationLimits.LISTING_ENTRIES) {
          return new Listing(revision, entries, true);
        }
        entries.add(entry);
      }
    }
    return new Listing(revision, entries, false);
  }

  private final class Poll implements Waiter {
    private final List<Scope> scopes;
    private final long index;
    private final long deadlineNanos;
    private final CompletableFuture<Listing> answer;

    Poll(List<Scope> scopes, long index, long deadlineNanos, CompletableFuture<Listing> answer) {
      this.scopes = scopes;
      this.index = index;
      this.deadlineNanos = deadlineNanos;
      this.answer = answer;
    }

    @Override
    public void changed(long revision) {
      leave();
      answer.complete(list(scopes, revision));
    }

    @Override
    public void anew() {
      changed(replica.machine().revision());
    }

    @Override
    public void end(CoordinationException why) {
      leave();
      answer.completeExceptionally(why);
    }

    @Override
    public void tick(long nowNanos) {
      if (nowNanos - deadlineNanos >= 0) {
        leave();
        answer.complete(list(scopes, index));
      }
    }

    private void leave() {
      scopes.forEach(s -> remove(s, this));
    }
  }

  // ---- watches --------------------------------------------------------------------------------

  /**
   * A watch, which is to be started; the result stops it.
   *
   * @param from the first revision wanted, 0 if what comes from now on is
   */
  Watch watch(Scope scope, long from, WatchListener listener) {
    return new Watch(scope, from, listener);
  }

  /** One watch. It holds nothing but its place in the history. */
  final class Watch implements Waiter {
    private final Scope scope;
    private final WatchListener listener;
    private volatile boolean over;
    private final long from;
    private long told;
    private boolean begun;
    private boolean busy;

    /** Whether nothing is in the history that it has not been told. */
    private boolean level;

    private Watch(Scope scope, long from, WatchListener listener) {
      this.scope = scope;
      this.from = from;
      this.listener = listener;
    }

    /** Begins behind a revision. */
    void start(long after) {
      if (!over) {
        told = after;
        add(scope, this);
        pump();
      }
    }

    void close() {
      over = true;
      loop.execute(() -> remove(scope, this));
    }

    @Override
    public void changed(long revision) {
      if (level && told < revision - 1 && replica.history().floor() < revision) {
        told = revision - 1;
      }
      level = false;
      if (!busy) {
        pump();
      }
    }

    /** It goes on if it was to begin behind what has come, and is told nothing of what was before. */
    @Override
    public void anew() {
      level = false;
      if (from > replica.history().floor() && !begun) {
        told = from - 1;
        pump();
      } else {
        compacted();
      }
    }

    @Override
    public void end(CoordinationException why) {
      if (!over) {
        close();
        Listeners.ended(listener, why);
      }
    }

    @Override
    public void tick(long nowNanos) {
      if (!level && told < replica.history().floor()) {
        compacted();
      }
    }

    private void compacted() {
      end(
          new CoordinationException(
              Code.COMPACTED,
              "changes up to revision "
                  + replica.history().floor()
                  + " are not kept, "
                  + (told + 1)
                  + " was wanted: list again and watch from there"));
    }

    private void pump() {
      while (!over && !busy && !level) {
        if (told < replica.history().floor()) {
          compacted();
          return;
        }
        List<KeyEvent> batch = new ArrayList<>();
        long upTo = Math.max(told, replica.machine().revision());
        for (var revision : replica.history().after(told).entrySet()) {
          List<KeyEvent> matching = History.matching(revision.getValue(), scope);
          if (matching != null) {
            batch.addAll(matching);
            if (batch.size() >= BATCH) {
              upTo = revision.getKey();
              break;
            }
          }
        }
        told = upTo;
        level = upTo >= replica.machine().revision();
        if (!batch.isEmpty()) {
          tell(batch);
        }
      }
    }

    private void tell(List<KeyEvent> batch) {
      begun = true;
      CompletionStage<?> taken = Listeners.changed(listener, batch, told);
      if (taken == null) {
        return;
      }
      busy = true;
      taken.whenComplete(
          (value, problem) ->
              loop.execute(
                  () -> {
                    busy = false;
                    if (problem != null) {
                      failed(problem);
                    } else {
                      pump();
                    }
                  }));
    }

    private void failed(Throwable problem) {
      end(new CoordinationException(Code.CLOSED, "the listener failed: " + problem, problem));
    }
  }
}
