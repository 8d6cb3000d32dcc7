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
    if (pursuing || stopped || !known.isActive()) {
      return;
    }
    pursuing = true;
    loop.then(
        session()
            .thenCompose(
                s -> s.lock(LockSpec.queued(records.lock(), "works on the swap", TURN_MS))),
        (outcome, problem) -> {
          if (outcome instanceof LockOutcome.Granted granted) {
            work(granted.lock());
          } else {
            pursueAgain();
          }
        });
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
    session = mine;
    mine.ended().thenAccept(how -> loop.execute(() -> session = null));
    if (stopped) {
      mine.close();
    }
  }

  private void pursueAgain() {
    loop.after(
        AGAIN_MS,
        () -> {
          pursuing = false;
          pursue();
        });
  }

  private void work(HeldLock lock) {
    loop.then(
        records.read(),
        (read, problem) -> {
          if (problem != null || stopped) {
            lock.release();
            pursueAgain();
            return;
          }
          SwapDriver driver =
              new SwapDriver(records, node, places, loop, lock, timing.patienceMs());
          loop.then(
              driver.run(read),
              (last, failure) -> {
                lock.release();
                pursueAgain();
              });
        });
  }

  void stop() {
    stopped = true;
    if (session != null) {
      session.close();
    }
  }
}
