package org.quorate.cli.bench.coord;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.swap.AckLog;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionSpec;

/**
 * Writers and readers of coordinators with one request each under way, and a lock that goes from one to the
 * next of four sessions. A reader must find what was acknowledged before it asked, a holder of the lock must
 * have a higher token than all before.
 */
final class SwapLoad implements AutoCloseable {
  private static final String LOCK = "bench/lock";
  private static final int CONTENDERS = 4;
  private static final long WAIT_MS = 600_000;
  private static final long PATIENCE_S = 120;

  private final List<Coordinator> clients;
  private final AtomicLong[] written;
  private final List<CoordinatorSession> sessions = new ArrayList<>();
  private final AckLog writes = new AckLog();
  private final AckLog reads = new AckLog();
  private final AckLog handOvers = new AckLog();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();
  private final AtomicReference<String> firstFailure = new AtomicReference<>();
  private final AtomicReference<FencingToken> token = new AtomicReference<>(new FencingToken(0, 0));
  private final AtomicInteger running = new AtomicInteger();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile boolean going = true;

  /** Starts so many writers and so many readers, spread over the clients. */
  SwapLoad(List<Coordinator> clients, int lanes) throws InterruptedException {
    this.clients = clients;
    this.written = new AtomicLong[lanes];
    for (int i = 0; i < lanes; i++) {
      written[i] = new AtomicLong();
      await(client(i).put(key(i), Bytes.ofLong(0)));
    }
    for (int i = 0; i < CONTENDERS; i++) {
      sessions.add(await(client(i).openSession(SessionSpec.of("bench-" + i, 60_000))));
    }
    running.set(2 * lanes + CONTENDERS);
    for (int i = 0; i < lanes; i++) {
      int lane = i;
      again(() -> write(lane));
      again(() -> read(lane));
    }
    for (CoordinatorSession session : sessions) {
      again(() -> pass(session));
    }
  }

  static <T> T await(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new CliException(
          ExitCode.FAILED, "a coordinator does not answer: " + e, "run it again", e);
    }
  }

  private Coordinator client(int lane) {
    return clients.get(lane % clients.size());
  }

  private static String key(int lane) {
    return "bench/n/" + lane;
  }

  /** As long as it goes on; what fails is counted and done again, after a while if it failed at once. */
  private void again(Supplier<CompletionStage<?>> request) {
    if (!going) {
      if (running.decrementAndGet() == 0) {
        ended.complete(null);
      }
      return;
    }
    request
        .get()
        .whenComplete(
            (done, problem) -> {
              if (problem == null) {
                CompletableFuture.runAsync(() -> again(request));
              } else {
                failed(problem);
                CompletableFuture.runAsync(
                    () -> again(request),
                    CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS));
              }
            });
  }

  private void failed(Throwable problem) {
    Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
    failed.incrementAndGet();
    firstFailure.compareAndSet(null, String.valueOf(cause));
  }

  private CompletionStage<?> write(int lane) {
    long next = written[lane].get() + 1;
    return client(lane)
        .put(key(lane), Bytes.ofLong(next))
        .thenAccept(
            revision -> {
              written[lane].set(next);
              writes.add();
            });
  }

  /** By another client than the one that writes. */
  private CompletionStage<?> read(int lane) {
    long known = written[lane].get();
    return client(lane + 1)
        .get(key(lane))
        .thenAccept(
            found -> {
              if (found == null || found.value().longAt(0) < known) {
                wrong.incrementAndGet();
              }
              reads.add();
            });
  }

  private CompletionStage<?> pass(CoordinatorSession session) {
    return session
        .lock(LockSpec.queued(LOCK, "bench", WAIT_MS))
        .thenCompose(
            outcome -> {
              HeldLock lock = outcome.orThrow();
              handOvers.add();
              FencingToken before = token.getAndSet(lock.token());
              if (before.compareTo(lock.token()) >= 0) {
                wrong.incrementAndGet();
              }
              return lock.release();
            });
  }

  AckLog writes() {
    return writes;
  }

  AckLog reads() {
    return reads;
  }

  AckLog handOvers() {
    return handOvers;
  }

  /** Requests that ended in an error. */
  long failures() {
    return failed.get();
  }

  /** What the first one ended with, null if there was none. */
  String firstFailure() {
    return firstFailure.get();
  }

  /** Reads that did not find what was acknowledged before them, and locks with a token that had been. */
  long wrong() {
    return wrong.get();
  }

  /** Ends it; from then on the keys must have what was acknowledged last. */
  void stop() throws InterruptedException {
    going = false;
    await(ended);
    for (int lane = 0; lane < written.length; lane++) {
      long found = await(client(lane).get(key(lane))).value().longAt(0);
      if (found < written[lane].get()) {
        wrong.incrementAndGet();
      }
    }
    for (CoordinatorSession session : sessions) {
      await(session.close());
    }
  }

  @Override
  public void close() {
    going = false;
  }
}
