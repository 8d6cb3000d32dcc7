package org.quorate.cli.swap;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvEntry;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.client.ClientOptions;
import org.quorate.client.KvClient;
import org.quorate.client.QuorateClient;
import org.quorate.client.net.VertxFactory;

/**
 * Clients that each add 1 to a counter of their own, one addition after the other, at a common rate.
 * The answer is the sum, so each knows at once whether an addition was lost or executed twice. Who
 * was held up goes on without a pause until it is back on its schedule.
 */
public final class CountingClients implements AutoCloseable {
  /** The counters' keys begin so. */
  public static final String PREFIX = "counting/";

  private static final long LAST_ANSWERS_MS = 60_000;

  private final Vertx vertx = VertxFactory.create(1, 1);
  private final List<Lane> lanes = new ArrayList<>();
  private final AckLog acks = new AckLog();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();
  private final AtomicReference<String> firstFailure = new AtomicReference<>();
  private volatile long intervalNs;
  private volatile boolean going;
  private CountDownLatch running;

  /** Connects when it starts. */
  public CountingClients(List<String> addresses, String group, int clients) {
    for (int i = 0; i < clients; i++) {
      List<String> own = new ArrayList<>(addresses);
      Collections.rotate(own, i); // a strategy in which every member takes writes gets them at each
      QuorateClient client =
          QuorateClient.connect(
              vertx, ClientOptions.of(own.toArray(new String[0])).withName("counting"));
      Bytes counter = Bytes.utf8(String.format("%s%04d", PREFIX, i));
      lanes.add(new Lane(client, new KvClient(client.group(group)), counter));
    }
  }

  /**
   * Begins to count.
   *
   * @param perSecond of all clients together; 0: as fast as they are answered
   */
  public void start(double perSecond) {
    intervalNs = perSecond == 0 ? 0 : (long) (1e9 * lanes.size() / perSecond);
    going = true;
    running = new CountDownLatch(lanes.size());
    long now = System.nanoTime();
    for (int i = 0; i < lanes.size(); i++) {
      Lane lane = lanes.get(i);
      lane.dueNs = now + intervalNs * i / lanes.size();
      vertx.runOnContext(begin -> lane.next());
    }
  }

  /**
   * What they reach with one addition each under way; blocks.
   *
   * @param warmupSeconds of load before it is measured
   */
  public long peak(double warmupSeconds, double seconds) throws InterruptedException {
    start(0);
    sleep(warmupSeconds);
    long from = System.nanoTime();
    sleep(seconds);
    long acknowledged = acks.count(from, System.nanoTime());
    stop();
    return Math.round(acknowledged / seconds);
  }

  private static void sleep(double seconds) throws InterruptedException {
    new CountDownLatch(1).await((long) (seconds * 1000), TimeUnit.MILLISECONDS);
  }

  /** Ends it and waits for the last answers. */
  public void stop() throws InterruptedException {
    going = false;
    if (!running.await(LAST_ANSWERS_MS, TimeUnit.MILLISECONDS)) {
      fail(running.getCount() + " clients wait for an answer");
    }
  }

  private void fail(String why) {
    failed.incrementAndGet();
    firstFailure.compareAndSet(null, why);
  }

  public AckLog acks() {
    return acks;
  }

  /** Additions that ended in an error. */
  public long failed() {
    return failed.get();
  }

  /** The first of those errors, or null. */
  public String firstFailure() {
    return firstFailure.get();
  }

  /** Answers that were not one more than the one before. */
  public long wrong() {
    return wrong.get();
  }

  /** Additions acknowledged. */
  public long acknowledged() {
    return lanes.stream().mapToLong(lane -> lane.acknowledged).sum();
  }

  /** What the counters lack of, or have beyond, what was acknowledged; blocks. */
  public long difference() throws InterruptedException {
    long difference = 0;
    for (Lane lane : lanes) {
      try {
        KvEntry entry = lane.kv.get(lane.counter).toCompletionStage().toCompletableFuture().get();
        long sum = entry == null ? 0 : Long.parseLong(entry.value().utf8());
        difference += Math.abs(sum - lane.acknowledged);
      } catch (ExecutionException e) {
        throw new CliException(
            ExitCode.FAILED,
            "a counter cannot be read: " + e.getCause(),
            "see 'quorate status'",
            e);
      }
    }
    return difference;
  }

  @Override
  public void close() {
    lanes.forEach(lane -> lane.client.close());
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** One client. On the event loop, but for what reads it when all have stopped. */
  private final class Lane {
    private final QuorateClient client;
    private final KvClient kv;
    private final Bytes counter;
    private long dueNs;
    private volatile long acknowledged;

    Lane(QuorateClient client, KvClient kv, Bytes counter) {
      this.client = client;
      this.kv = kv;
      this.counter = counter;
    }

    void next() {
      if (!going) {
        running.countDown();
        return;
      }
      long waitMs = (dueNs - System.nanoTime()) / 1_000_000;
      if (waitMs > 0) {
        vertx.setTimer(waitMs, timer -> add());
      } else {
        add();
      }
    }

    private void add() {
      kv.add(counter, 1)
          .onComplete(
              answer -> {
                dueNs += intervalNs;
                if (answer.failed()) {
                  fail(answer.cause().toString());
                } else {
                  acks.add();
                  acknowledged++;
                  if (answer.result() != acknowledged) {
                    wrong.incrementAndGet();
                    acknowledged = answer.result();
                  }
                }
                next();
              });
    }
  }
}
