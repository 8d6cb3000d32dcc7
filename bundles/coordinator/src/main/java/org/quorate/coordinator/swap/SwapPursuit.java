package org.quorate.coordinator.swap;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.kit.ServiceLoop;

/** A node's turn to work on a swap that is under way: the first has it until it dies. All on the loop. */
final class SwapPursuit {
  private static final long AGAIN_MS = 100;

  /** When turn after turn comes to nothing, as when no node has a place. */
  private static final long MAX_AGAIN_MS = 5_000;

  private static final long TURN_MS = 600_000;

  private final Coordinator recorded;
  private final SwapRecords records;
  private final String node;
  private final Function<String, CoordinatorPlace> places;
  private final ServiceLoop loop;
  private final SwapMember.Timing timing;
  private SwapRecords.Read known;
  private CoordinatorSession session;
  private boolean pursuing;
  private boolean stopped;
  private long workedAt;
  private long againMs = AGAIN_MS;

  SwapPursuit(
      Coordinator recorded,
      SwapRecords records,
      String node,
      Function<String, CoordinatorPlace> places,
      ServiceLoop loop,
      SwapMember.Timing timing) {
    this.recorded = recorded;
    this.records = records;
    this.node = node;
    this.places = places;
    this.loop = loop;
    this.timing = timing;
  }

  /** The record has changed. */
  void changed(SwapRecords.Read read) {
    known = read;
    pursue();
  }

  private void pursue() {
    if (pursuing || stopped) {
      return;
    }
    if (!known.isActive()) {
      leave();
      return;
    }
    pursuing = true;
    loop.then(
        Routing.asked(this::locked),
        (outcome, problem) -> {
          if (outcome instanceof LockOutcome.Granted granted) {
            work(granted.lock());
          } else {
            pursueAgain(AGAIN_MS);
          }
        });
  }

  private CompletionStage<LockOutcome> locked() {
    return session()
        .thenCompose(s -> s.lock(LockSpec.queued(records.lock(), "works on the swap", TURN_MS)));
  }

  private CompletionStage<CoordinatorSession> session() {
    if (session != null) {
      return CompletableFuture.completedFuture(session);
    }
    return recorded
        .openSession(SessionSpec.of("swaps on " + node, timing.ttlMs()))
        .thenApply(
            opened -> {
              loop.execute(() -> opened(opened));
              return opened;
            });
  }

  private void opened(CoordinatorSession mine) {
    if (stopped) {
      mine.close();
      return;
    }
    session = mine;
    mine.ended()
        .thenAccept(
            how ->
                loop.execute(
                    () -> {
                      if (session == mine) {
                        session = null;
                      }
                    }));
  }

  /** Nothing is to be done: a session is held for as long as that is so only by who might work. */
  private void leave() {
    CoordinatorSession mine = session;
    session = null;
    if (mine != null) {
      mine.close();
    }
  }

  private void pursueAgain(long afterMs) {
    loop.after(
        afterMs,
        () -> {
          pursuing = false;
          pursue();
        });
  }

  private void work(HeldLock lock) {
    loop.then(
        Routing.asked(records::read),
        (read, problem) -> {
          if (problem != null || stopped) {
            lock.release();
            pursueAgain(AGAIN_MS);
            return;
          }
          SwapDriver driver = new SwapDriver(records, node, places, loop, lock, timing);
          loop.then(
              driver.run(read),
              (last, failure) -> {
                lock.release();
                pursueAgain(pause(read));
              });
        });
  }

  /** Longer each time that a turn began where the one before did. */
  private long pause(SwapRecords.Read begun) {
    againMs = begun.revision() == workedAt ? Math.min(2 * againMs, MAX_AGAIN_MS) : AGAIN_MS;
    workedAt = begun.revision();
    return againMs;
  }

  void stop() {
    stopped = true;
    leave();
  }
}
