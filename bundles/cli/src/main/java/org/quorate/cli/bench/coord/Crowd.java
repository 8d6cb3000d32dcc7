package org.quorate.cli.bench.coord;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.quorate.api.Bytes;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.WatchListener;

/**
 * Many sessions and watches of a few coordinators. Half of the sessions keep themselves alive and must
 * not end; the others are kept alive by hand and left to expire, and what counts is when the key that
 * each owns is seen to go.
 */
public final class Crowd implements AutoCloseable {
  private static final String WATCHED = "crowd/w/";
  private static final String OWNED = "crowd/own";
  private static final int UNDER_WAY = 256;
  private static final int PROBES = 200;
  private static final long PATIENCE_S = 300;

  /**
   * When sessions ended that nobody kept alive any more, in milliseconds.
   *
   * @param earliest shortest time from sending the last keep-alive to seeing the end: never below the TTL
   * @param latest longest time from its acknowledgement to seeing the end
   * @param seen sessions that ended
   * @param left sessions that did not end
   */
  public record Ends(long earliest, long latest, long seen, long left) {}

  private final List<Coordinator> clients;
  private final long ttlMs;
  private final Bytes value = Bytes.utf8("x");
  private final AtomicLong ended = new AtomicLong();
  private final Map<Integer, Long> seenNs = new ConcurrentHashMap<>();
  private final Map<Integer, CompletableFuture<Void>> told = new ConcurrentHashMap<>();

  /**
   * Makes one.
   *
   * @param clients the first one looks on, the others share sessions and watches
   */
  public Crowd(List<Coordinator> clients, long ttlMs) {
    this.clients = clients;
    this.ttlMs = ttlMs;
  }

  private Coordinator client(int i) {
    return clients.get(1 + i % (clients.size() - 1));
  }

  /** Opens sessions that keep themselves alive. */
  public void open(int sessions) throws InterruptedException {
    each(
        sessions,
        i ->
            client(i)
                .openSession(SessionSpec.of("stays-" + i, ttlMs))
                .thenAccept(s -> s.ended().thenAccept(how -> ended.incrementAndGet())));
  }

  /** Of the sessions that keep themselves alive. */
  public long ended() {
    return ended.get();
  }

  /** Begins so many watches, each of a key of its own. */
  public void watch(int watches) throws InterruptedException {
    long from = now(clients.get(0).put(WATCHED + "from", value)) + 1;
    for (int i = 0; i < watches; i++) {
      client(i).watch(Scope.key(WATCHED + i), from, new Told(i));
      if (i % 1_000 >= 1_000 - clients.size()) {
        now(client(i).get(WATCHED + i)); // answered behind the watches that were begun there
      }
    }
  }

  /** Changes keys that are watched, one after the other; nanoseconds until the watch has told. */
  public Histogram notifications(int watches) throws InterruptedException {
    Histogram latency = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
    for (int probe = 0; probe < PROBES; probe++) {
      int i = (int) ((long) probe * watches / PROBES);
      CompletableFuture<Void> seen = new CompletableFuture<>();
      told.put(i, seen);
      long began = System.nanoTime();
      clients.get(0).put(WATCHED + i, value);
      now(seen);
      latency.recordValue(Math.min(System.nanoTime() - began, TimeUnit.MINUTES.toNanos(1)));
    }
    return latency;
  }

  private final class Told implements WatchListener {
    private final int number;

    Told(int number) {
      this.number = number;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      CompletableFuture<Void> waits = told.get(number);
      if (waits != null) {
        waits.complete(null);
      }
      return null;
    }

    @Override
    public void ended(CoordinationException why) {
      ended.incrementAndGet();
    }
  }

  /** A client that writes, to see whether that is possible. */
  public record Probe(Coordinator client) implements AutoCloseable {
    /** Returns when a write has been acknowledged. */
    public void write() throws InterruptedException {
      now(client.put("crowd/probe", Bytes.utf8("x")));
    }

    @Override
    public void close() {
      client.close();
    }
  }

  /** What is done to the cluster while sessions expire. */
  public interface Upheaval {
    void happens() throws InterruptedException;
  }

  /**
   * Opens sessions that own a key each, keeps each alive once and leaves them; waits until all have ended.
   *
   * @param upheaval happens after the last keep-alive
   */
  public Ends expire(int sessions, Upheaval upheaval) throws InterruptedException {
    CoordinatorSession[] doomed = new CoordinatorSession[sessions];
    each(
        sessions,
        i ->
            client(i)
                .openSession(SessionSpec.of("goes-" + i, ttlMs).keptAliveByHand())
                .thenCompose(
                    session -> {
                      doomed[i] = session;
                      Op own = new Op.Put(OWNED + "/" + i, value, session.id());
                      return client(i).transact(Transaction.of(own));
                    }));
    seenNs.clear();
    CountDownLatch gone = new CountDownLatch(sessions);
    long from = now(clients.get(0).put("crowd/from", value));
    var watch = clients.get(0).watch(Scope.tree(OWNED), from, new Going(gone));
    long[] sentNs = new long[sessions];
    long[] ackedNs = new long[sessions];
    each(
        sessions,
        i -> {
          sentNs[i] = System.nanoTime();
          return doomed[i].keepAlive().thenAccept(done -> ackedNs[i] = System.nanoTime());
        });
    upheaval.happens();
    gone.await(6 * ttlMs, TimeUnit.MILLISECONDS);
    watch.close();
    long earliest = Long.MAX_VALUE;
    long latest = 0;
    for (int i = 0; i < sessions; i++) {
      Long seen = seenNs.get(i);
      if (seen != null) {
        earliest = Math.min(earliest, TimeUnit.NANOSECONDS.toMillis(seen - sentNs[i]));
        latest = Math.max(latest, TimeUnit.NANOSECONDS.toMillis(seen - ackedNs[i]));
      }
    }
    return new Ends(earliest, latest, sessions - gone.getCount(), gone.getCount());
  }

  /** Notes when keys go. */
  private final class Going implements WatchListener {
    private final CountDownLatch gone;

    Going(CountDownLatch gone) {
      this.gone = gone;
    }

    @Override
    public CompletionStage<?> changed(List<KeyEvent> events, long upTo) {
      long now = System.nanoTime();
      for (KeyEvent event : events) {
        if (event.deleted()) {
          seenNs.put(Integer.parseInt(event.key().substring(OWNED.length() + 1)), now);
          gone.countDown();
        }
      }
      return null;
    }

    @Override
    public void ended(CoordinationException why) {
      // What it did not tell counts as left.
    }
  }

  /** Does something so many times, some of it at once. */
  private static void each(int count, IntFunction<CompletionStage<?>> task)
      throws InterruptedException {
    Semaphore room = new Semaphore(UNDER_WAY);
    CompletableFuture<Void> failed = new CompletableFuture<>();
    for (int i = 0; i < count; i++) {
      acquire(room, 1);
      task.apply(i)
          .whenComplete(
              (done, problem) -> {
                if (problem != null) {
                  failed.completeExceptionally(problem);
                }
                room.release();
              });
    }
    acquire(room, UNDER_WAY);
    try {
      failed.getNow(null);
    } catch (CompletionException e) {
      throw failure(e.getCause());
    }
  }

  private static void acquire(Semaphore room, int permits) throws InterruptedException {
    if (!room.tryAcquire(permits, PATIENCE_S, TimeUnit.SECONDS)) {
      throw failure(new TimeoutException("no answer within " + PATIENCE_S + " s"));
    }
  }

  private static <T> T now(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } catch (TimeoutException e) {
      throw failure(e);
    }
  }

  private static CliException failure(Throwable why) {
    return new CliException(
        ExitCode.FAILED, "a coordinator does not answer: " + why, "run it again", why);
  }

  @Override
  public void close() {
    clients.forEach(Coordinator::close);
  }
}
