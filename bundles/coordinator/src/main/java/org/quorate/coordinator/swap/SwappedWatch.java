package org.quorate.coordinator.swap;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.WatchListener;
import org.quorate.spi.coordination.kit.Listeners;

/**
 * A watch that goes on, whichever provider serves: it tells all that the one before knew up to where it
 * was sealed, then what comes at the next.
 */
final class SwappedWatch implements Subscription {
  private static final long AGAIN_MS = 100;

  private final Routing routing;
  private final Scope scope;
  private final WatchListener listener;
  private final Consumer<SwappedWatch> gone;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private volatile boolean failed;

  // Guarded by this.
  private final ArrayDeque<Pending> turns = new ArrayDeque<>();
  private Route at;
  private Subscription subscription;
  private long told;
  private Withheld withheld;
  private boolean busy;
  private boolean stopped;
  private CoordinationException lost;

  /** A turn that it has not made yet. */
  private record Pending(Turn turn, CompletableFuture<Void> made) {}

  SwappedWatch(Routing routing, Scope scope, WatchListener listener, Consumer<SwappedWatch> gone) {
    this.routing = routing;
    this.scope = scope;
    this.listener = listener;
    this.gone = gone;
  }

  /** Begins with this revision; with what comes from now on if it is 0. */
  void start(long from) {
    if (from > 0) {
      begin(routing.route(), from - 1);
      return;
    }
    RangeQuery now = new RangeQuery(scope, "", 1, true, 0, false);
    routing
        .ask(
            route -> route.at().range(now).thenApply(seen -> new Begin(route, seen.revision())),
            Ask.never())
        .whenComplete(
            (begin, problem) -> {
              if (problem == null) {
                begin(begin.route(), begin.revision());
              } else {
                end(Routing.cause(problem));
              }
            });
  }

  private record Begin(Route route, long revision) {}

  private void begin(Route route, long after) {
    synchronized (this) {
      if (stopped) {
        return;
      }
      at = route;
      told = after;
      Turn since = routing.turned();
      if (since != null && since.from() == route && !isPending(since)) {
        turns.add(new Pending(since, new CompletableFuture<>()));
      }
    }
    Source source = new Source(route);
    Subscription begun = route.at().watch(scope, after + 1, source);
    boolean late;
    synchronized (this) {
      if (!source.over) { // else it may have begun anew already
        subscription = begun;
      }
      late = stopped;
    }
    if (late) {
      begun.close();
    }
    drain();
  }

  synchronized boolean isAt(Route route) {
    return at == route && !stopped;
  }

  // ---- a swap ---------------------------------------------------------------------------------

  /** All has gone on; completes when it watches there, or is over. */
  CompletionStage<Void> turn(Turn turn) {
    Pending pending = new Pending(turn, new CompletableFuture<>());
    over.thenRun(() -> pending.made().complete(null));
    CoordinationException cut;
    Withheld known;
    synchronized (this) {
      if (at == null || at == turn.to() || isPending(turn)) {
        return CompletableFuture.completedFuture(null); // it begins there, or knows already
      }
      turns.add(pending);
      cut = lost;
      known = withheld;
    }
    if (cut != null) {
      end(cutOff(cut));
    } else {
      if (known != null) {
        known.again(); // the node may be sure of nothing else before this has gone over
      }
      drain();
    }
    return pending.made();
  }

  private boolean isPending(Turn turn) {
    return turns.stream().anyMatch(p -> p.turn() == turn);
  }

  /** What comes between what it has told and where all is now, nobody knows any more. */
  void cutOff() {
    boolean begun;
    synchronized (this) {
      begun = at != null;
    }
    if (begun) {
      end(
          new CoordinationException(
              Code.COMPACTED, "more than one swap has passed: list again and watch from there"));
    }
  }

  private static CoordinationException cutOff(CoordinationException why) {
    return why.code() == Code.COMPACTED
        ? why
        : new CoordinationException(
            Code.COMPACTED,
            "the provider before closed while its last changes were told: list again and watch"
                + " from there",
            why);
  }

  /** Goes over as soon as nothing is left to be told of where it is. */
  private void drain() {
    Route from;
    long known;
    synchronized (this) {
      if (turns.isEmpty() || busy || stopped || subscription == null) {
        return;
      }
      from = at;
      known = told;
    }
    Routing.asked(() -> from.changedSince(scope, Math.max(known, 1)))
        .whenComplete(
            (changed, problem) -> {
              if (problem == null && !changed) {
                goOver(from, known);
              } else {
                routing.loop().after(AGAIN_MS, this::drain);
              }
            });
  }

  /**
   * Goes over.
   *
   * @param known up to where it had told when nothing more was found; -1 if it has told all
   */
  private void goOver(Route from, long known) {
    Pending next;
    Subscription before;
    synchronized (this) {
      boolean toldSince = known >= 0 && known != told;
      if (at != from || busy || toldSince || turns.isEmpty() || stopped) {
        return;
      }
      next = turns.remove();
      before = subscription;
      subscription = null;
      at = null;
    }
    before.close();
    begin(next.turn().to(), next.turn().begunAt());
    next.made().complete(null);
  }

  // ---- what a provider tells ------------------------------------------------------------------

  /** What one provider tells. */
  private final class Source implements WatchListener {
    private final Route route;
    private boolean over; // guarded by the watch

    Source(Route route) {
      this.route = route;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      return told(route, events, upTo);
    }

    @Override
    public void ended(CoordinationException why) {
      boolean turning;
      boolean refused = why.isSealed() && !failed && !routing.isClosed();
      synchronized (SwappedWatch.this) {
        if (at != route || stopped) {
          return;
        }
        turning = !turns.isEmpty();
        over = true;
        if (refused) {
          subscription = null;
        } else {
          lost = why;
        }
      }
      if (refused) {
        watchAgain(route);
      } else if (failed || routing.isClosed()) {
        end(why);
      } else if (turning) {
        end(cutOff(why));
      } else {
        routing.whenServing(route, () -> end(why));
      }
    }
  }

  /** All has gone on elsewhere, and how that went this node has yet to learn. */
  private void watchAgain(Route route) {
    routing
        .loop()
        .after(
            AGAIN_MS,
            () -> {
              long after;
              synchronized (this) {
                if (at != route || stopped || subscription != null) {
                  return;
                }
                after = told;
              }
              begin(route, after);
            });
  }

  private CompletionStage<?> told(Route route, List<KeyEvent> events, long upTo) {
    List<KeyEvent> fresh = events;
    long reached = upTo;
    boolean all = false;
    synchronized (this) {
      if (at != route || stopped) {
        return null;
      }
      if (!turns.isEmpty()) {
        long sealedAt = turns.peek().turn().sealedAt();
        fresh = events.stream().filter(e -> e.revision() <= sealedAt).toList();
        all = upTo >= sealedAt;
        reached = Math.min(upTo, sealedAt);
      } else if (!routing.believes(route)) {
        withheld = new Withheld(route, events, upTo);
        routing.park(withheld);
        return withheld.later;
      }
      withheld = null;
      told = Math.max(told, reached);
      busy = true;
    }
    CompletionStage<?> taken = fresh.isEmpty() ? null : Listeners.changed(listener, fresh, reached);
    boolean last = all;
    if (taken == null) {
      taken(route, last);
      return null;
    }
    return taken.whenComplete(
        (done, problem) -> {
          failed |= problem != null;
          taken(route, last);
        });
  }

  private void taken(Route route, boolean last) {
    boolean turning;
    synchronized (this) {
      busy = false;
      turning = !turns.isEmpty();
    }
    if (last) {
      goOver(route, -1);
    } else if (turning) {
      drain();
    }
  }

  /** What is told when it is known whether it is of these keys. */
  private final class Withheld implements Routing.Parked {
    private final Route route;
    private final List<KeyEvent> events;
    private final long upTo;
    private final AtomicBoolean tried = new AtomicBoolean();
    private final CompletableFuture<Object> later = new CompletableFuture<>();

    Withheld(Route route, List<KeyEvent> events, long upTo) {
      this.route = route;
      this.events = events;
      this.upTo = upTo;
    }

    @Override
    public void again() {
      if (tried.getAndSet(true)) {
        return;
      }
      CompletionStage<?> taken = told(route, events, upTo);
      if (taken == null) {
        later.complete(null);
      } else {
        taken.whenComplete(
            (done, problem) -> {
              if (problem == null) {
                later.complete(done);
              } else {
                later.completeExceptionally(problem);
              }
            });
      }
    }

    @Override
    public void giveUp(CoordinationException why) {
      later.complete(null);
    }
  }

  // ---- the end --------------------------------------------------------------------------------

  /** Ends it and tells why. */
  void end(CoordinationException why) {
    if (stop()) {
      Listeners.ended(listener, why);
    }
  }

  @Override
  public void close() {
    stop();
  }

  private boolean stop() {
    Subscription last;
    synchronized (this) {
      if (stopped) {
        return false;
      }
      stopped = true;
      last = subscription;
    }
    over.complete(null);
    gone.accept(this);
    if (last != null) {
      last.close();
    }
    return true;
  }
}
