package org.quorate.cli.bench.coord;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionSpec;

/** A lock for which sessions stand in line; each gives it back as soon as it has it. */
final class HandOver implements AutoCloseable {
  private static final String LOCK = "bench/lock";
  private static final long WAIT_MS = 60_000;
  private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(1);

  private final List<CoordinatorSession> sessions = new ArrayList<>();
  private final Recorder taken = new Recorder(LONGEST_NS, 3);
  private final Recorder released = new Recorder(LONGEST_NS, 3);
  private volatile long releasedNs;

  HandOver(List<Coordinator> clients, int contenders)
      throws InterruptedException, ExecutionException, TimeoutException {
    for (int i = 0; i < contenders; i++) {
      SessionSpec spec = SessionSpec.of("bench-" + i, 60_000);
      Coordinator client = clients.get(i % clients.size());
      sessions.add(
          client.openSession(spec).toCompletableFuture().get(WAIT_MS, TimeUnit.MILLISECONDS));
    }
  }

  /** Gets the lock and gives it back. */
  Future<Boolean> pass(int lane, long number) {
    return Future.fromCompletionStage(
        sessions
            .get(lane)
            .lock(LockSpec.queued(LOCK, "bench", WAIT_MS))
            .thenCompose(
                outcome -> {
                  if (!(outcome instanceof LockOutcome.Granted granted)) {
                    throw new IllegalStateException("not granted: " + outcome);
                  }
                  return giveBack(granted.lock());
                }));
  }

  private CompletionStage<Boolean> giveBack(HeldLock lock) {
    long now = System.nanoTime();
    if (releasedNs != 0) {
      taken.recordValue(Math.min(now - releasedNs, LONGEST_NS));
    }
    long began = System.nanoTime();
    releasedNs = began;
    return lock.release()
        .thenApply(
            done -> {
              released.recordValue(Math.min(System.nanoTime() - began, LONGEST_NS));
              return true;
            });
  }

  /** From asking for the release to the next one having the lock, in nanoseconds; then forgotten. */
  Histogram taken() {
    return taken.getIntervalHistogram();
  }

  /** From asking for the release to its answer, in nanoseconds; then forgotten. */
  Histogram released() {
    return released.getIntervalHistogram();
  }

  /** Begins anew. */
  void forget() {
    releasedNs = 0;
    taken.reset();
    released.reset();
  }

  @Override
  public void close() {
    sessions.forEach(CoordinatorSession::close);
  }
}
