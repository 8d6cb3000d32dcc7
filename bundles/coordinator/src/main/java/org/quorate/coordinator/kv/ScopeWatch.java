package org.quorate.coordinator.kv;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.quorate.api.GroupAccess;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.spi.coordination.kit.Listeners;

/**
 * Asks for the changes after the last one told, and when there are none waits until the group says that
 * there are. Its place is a revision, so nothing is lost or told twice, whoever answers. On the group's
 * loop.
 */
final class ScopeWatch implements Subscription {
  private static final long PAUSE_MS = 50;

  /** How often to look whether a listener that takes its time has fallen behind the history. */
  private static final long LOOK_MS = 2_000;

  private final Store store;
  private final Scope scope;
  private final long from;
  private final WatchListener listener;
  private final Consumer<ScopeWatch> gone;
  private Base base;
  private KeyRange keys;
  private long next; // of the group
  private volatile boolean over;
  private boolean told;
  private boolean listening; // the listener has not taken what it was told
  private Runnable waiting = () -> {};

  /**
   * @param gone told when it is over
   */
  ScopeWatch(
      Store store, Scope scope, long from, WatchListener listener, Consumer<ScopeWatch> gone) {
    this.store = store;
    this.scope = scope;
    this.from = from;
    this.listener = listener;
    this.gone = gone;
  }

  void start() {
    store
        .on(known -> begin(known).thenApply(revision -> begun(known, revision)))
        .whenCompleteAsync(
            (behind, problem) -> {
              if (problem != null) {
                failed(problem, this::start);
              } else if (from > 0) {
                ask(ReadLevel.LINEARIZABLE);
              } else {
                await(behind);
              }
            },
            store.access.loop());
  }

  /** The revision of the group behind which it begins. */
  private CompletionStage<Long> begin(Base known) {
    if (from > 0) {
      long behind = known.found(from - 1);
      if (behind < 0) {
        throw Failures.gone(from);
      }
      return store.control.notKnownToHaveMoved().thenApply(here -> behind);
    }
    return store
        .read(new KvQuery.Stats(), ReadLevel.LINEARIZABLE, KvResult.StatsDone.class)
        .thenCompose(
            done -> store.holds(known, done.revision()).thenApply(holds -> done.revision()));
  }

  private long begun(Base known, long behind) {
    base = known;
    keys = known.places().keys(scope);
    next = behind + 1;
    return behind;
  }

  /** Of what was taken in it has not been told, unless it was asked for by the new numbers. */
  void replaced() {
    if (from > 0 && !told) {
      waiting.run();
      start();
    } else {
      end(Failures.gone(Math.max(from, 1)));
    }
  }

  private void ask(ReadLevel level) {
    if (over) {
      return;
    }
    Base on = base;
    store
        .query(new KvQuery.Changes(keys, next, 0, 0, false), level, KvResult.ChangesDone.class)
        .whenCompleteAsync(
            (done, problem) -> {
              if (on != base) {
                return; // it has begun anew
              } else if (problem != null) {
                failed(problem, () -> ask(ReadLevel.LINEARIZABLE));
              } else if (done.events().stream().anyMatch(e -> e.type() == KvEvent.Type.DELETE)) {
                tellIfHere(done);
              } else {
                told(done);
              }
            },
            store.access.loop());
  }

  /**
   * Where all has gone on elsewhere nothing is put any more, but what was there is deleted; also if it has
   * come back since.
   */
  private void tellIfHere(KvResult.ChangesDone changes) {
    Base on = base;
    store
        .control
        .here(changes.revision())
        .thenCompose(here -> store.holds(on, changes.revision()))
        .whenCompleteAsync(
            (here, problem) -> {
              if (on != base || over) {
                return;
              } else if (problem != null) {
                failed(problem, () -> ask(ReadLevel.LINEARIZABLE));
              } else {
                told(changes);
              }
            },
            store.access.loop());
  }

  private void told(KvResult.ChangesDone changes) {
    next = Math.max(next, changes.upTo() + 1);
    Runnable then =
        changes.more()
            ? () -> ask(store.reaching(changes.revision()))
            : () -> await(changes.upTo());
    if (over || changes.events().isEmpty()) {
      then.run();
      return;
    }
    told = true;
    // Up to the last one and no further: what came behind it may be of another base.
    List<KeyEvent> events = changes.events().stream().map(base::event).toList();
    CompletionStage<?> taken =
        Listeners.changed(listener, events, events.get(events.size() - 1).revision());
    if (taken == null) {
      then.run();
    } else {
      listening = true;
      waiting = store.access.after(LOOK_MS, this::lookBehind);
      taken.whenCompleteAsync(
          (done, problem) -> {
            listening = false;
            waiting.run();
            if (problem != null) {
              refused(problem);
            } else {
              then.run();
            }
          },
          store.access.loop());
    }
  }

  /** The listener has not asked for more yet: perhaps there is no way on for it any more. */
  private void lookBehind() {
    long wanted = next;
    store
        .query(
            new KvQuery.Changes(keys, wanted, 1, 0, false),
            ReadLevel.LOCAL,
            KvResult.ChangesDone.class)
        .whenCompleteAsync(
            (done, problem) -> {
              if (over || !listening || next != wanted) {
                return;
              }
              CoordinationException failure = problem == null ? null : Failures.cause(problem);
              if (failure != null && failure.code() == Code.COMPACTED) {
                end(failure);
              } else {
                waiting = store.access.after(LOOK_MS, this::lookBehind);
              }
            },
            store.access.loop());
  }

  private void await(long version) {
    if (!over) {
      waiting = store.access.watch(List.of(keys), version, this::advanced);
    }
  }

  /** Nothing of the keys has changed before the version. */
  private void advanced(long version) {
    if (version == GroupAccess.TOO_MANY) {
      end(Failures.tooManyWatches());
      return;
    }
    next = Math.max(next, version);
    if (version > 0) {
      ask(store.reaching(version));
    } else {
      waiting = store.access.after(PAUSE_MS, () -> ask(ReadLevel.LINEARIZABLE));
    }
  }

  private void failed(Throwable problem, Runnable again) {
    CoordinationException failure = Failures.cause(problem);
    if (over) {
      return;
    }
    if (Failures.passing(failure) && !failure.isSealed()) {
      waiting = store.access.after(PAUSE_MS, again);
    } else {
      end(failure);
    }
  }

  private void refused(Throwable problem) {
    end(new CoordinationException(Code.CLOSED, "the listener failed: " + problem, problem));
  }

  void end(CoordinationException why) {
    if (!over) {
      stop();
      Listeners.ended(listener, why);
    }
  }

  private void stop() {
    over = true;
    waiting.run();
    gone.accept(this);
  }

  @Override
  public void close() {
    over = true;
    store.later(this::stop);
  }
}
