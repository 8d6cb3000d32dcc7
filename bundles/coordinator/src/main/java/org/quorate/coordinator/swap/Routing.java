package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * Where requests go, and what waits until that is known. What is said by a provider from which all may
 * have gone on is not believed, and asked anew. Thread-safe.
 */
final class Routing {
  /** How long a request waits for where it can go. */
  static final long PATIENCE_MS = 30_000;

  private static final long LOOK_MS = 20;

  /** What waits. */
  interface Parked {
    /** It may be known now: tries again. */
    void again();

    /** It has waited too long, or all is closed. */
    void giveUp(CoordinationException why);

    /** When it gives up, by the loop's clock; by default never. */
    default long untilMs() {
      return Long.MAX_VALUE;
    }

    /** Until then it is not tried again at the same provider. */
    default long notBeforeMs() {
      return Long.MIN_VALUE;
    }
  }

  private record State(Route route, boolean held) {}

  private final Authority authority;
  private final ServiceLoop loop;
  private List<Parked> parked = new ArrayList<>(); // guarded by this
  private boolean looking; // guarded by this
  private volatile State state;
  private volatile Turn turned;
  private volatile boolean closed;

  Routing(Coordinator first, Authority authority, ServiceLoop loop) {
    this.state = new State(new Route(first), false);
    this.authority = authority;
    this.loop = loop;
  }

  ServiceLoop loop() {
    return loop;
  }

  Route route() {
    return state.route();
  }

  /** Whether requests wait. */
  boolean isHeld() {
    return state.held();
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether what this provider says holds now. */
  boolean believes(Route from) {
    State now = state;
    return now.route() == from && isKnown(now);
  }

  private boolean isKnown(State now) {
    return !now.held() && (now.route().vouches() || authority.holds());
  }

  synchronized void hold() {
    state = new State(state.route(), true);
  }

  /** From now on requests go to this provider: at once, or when it is opened. */
  void turn(Route to, boolean held) {
    synchronized (this) {
      state = new State(to, held);
    }
    loop.execute(() -> look(true));
  }

  void open() {
    turn(route(), false);
  }

  /**
   * Lets nothing wait any more.
   *
   * @return false if it was closed already
   */
  synchronized boolean close() {
    boolean first = !closed;
    closed = true;
    loop.execute(() -> look(true));
    return first;
  }

  /** How it came to this provider, null at the first. */
  Turn turned() {
    return turned;
  }

  void turned(Turn turn) {
    turned = turn;
  }

  synchronized void park(Parked waits) {
    parked.add(waits);
    lookLater();
  }

  private void lookLater() {
    if (!looking && !parked.isEmpty()) {
      looking = true;
      loop.after(
          LOOK_MS,
          () -> {
            synchronized (this) {
              looking = false;
            }
            look(false);
          });
    }
  }

  /**
   * Tries what waits, or gives it up.
   *
   * @param evenIfRefused also what was refused a moment ago
   */
  private void look(boolean evenIfRefused) {
    List<Parked> tried = new ArrayList<>();
    List<Parked> late = new ArrayList<>();
    synchronized (this) {
      boolean known = isKnown(state);
      long now = loop.nowMs();
      List<Parked> left = new ArrayList<>();
      for (Parked each : parked) {
        if (closed || now >= each.untilMs()) {
          late.add(each);
        } else if (known && (evenIfRefused || now >= each.notBeforeMs())) {
          tried.add(each);
        } else {
          left.add(each);
        }
      }
      parked = left;
      lookLater();
    }
    CoordinationException why = closed ? closed() : unknown();
    late.forEach(each -> each.giveUp(why));
    tried.forEach(Parked::again);
  }

  static CoordinationException closed() {
    return new CoordinationException(Code.CLOSED, "the coordinator is closed");
  }

  private CoordinationException unknown() {
    return new CoordinationException(
        Code.UNAVAILABLE,
        (isHeld()
                ? "a swap of the coordinator has been under way for too long"
                : "which provider serves has not been known for too long")
            + authority.why());
  }

  /** Does something as soon as it is known that this provider still serves; not at all if not. */
  void whenServing(Route from, Runnable then) {
    whenServing(from, Long.MAX_VALUE, then, () -> {}, why -> {});
  }

  /**
   * Does the one or the other as soon as it is known whether this provider still serves.
   *
   * @param untilMs how long that is waited for
   * @param late told when it is not known by then; not when all is closed: who waits is told otherwise
   */
  void whenServing(
      Route from,
      long untilMs,
      Runnable then,
      Runnable otherwise,
      Consumer<CoordinationException> late) {
    if (believes(from)) {
      then.run();
      return;
    }
    park(
        new Parked() {
          @Override
          public void again() {
            if (route() == from) {
              whenServing(from, untilMs, then, otherwise, late);
            } else {
              otherwise.run();
            }
          }

          @Override
          public void giveUp(CoordinationException why) {
            if (!isClosed()) {
              late.accept(why);
            }
          }

          @Override
          public long untilMs() {
            return untilMs;
          }
        });
  }

  /**
   * Asks the provider that serves.
   *
   * @param sure which answers hold even if all has gone on since: those of changes that were made
   */
  <T> CompletionStage<T> ask(Function<Route, CompletionStage<T>> request, Predicate<T> sure) {
    Ask<T> ask = new Ask<>(this, request, sure);
    ask.again();
    return ask.answer();
  }

  /** What is asked for; what it throws fails the stage. */
  static <T> CompletionStage<T> asked(Supplier<CompletionStage<T>> request) {
    try {
      return request.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** What a stage failed with. */
  static CoordinationException cause(Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    return cause instanceof CoordinationException known
        ? known
        : new CoordinationException(Code.BROKEN, String.valueOf(cause), cause);
  }

  /** Whether another try may succeed. */
  static boolean mayPass(CoordinationException failure) {
    return switch (failure.code()) {
      case UNAVAILABLE, OVERLOADED, INDETERMINATE -> true;
      default -> false;
    };
  }

  /** Whether it says something that only who serves can know. */
  static boolean isNews(CoordinationException failure) {
    return switch (failure.code()) {
      case SESSION_EXPIRED, LOCK_LOST, COMPACTED, CLOSED -> true;
      default -> false;
    };
  }
}
