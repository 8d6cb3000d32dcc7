package org.quorate.cli.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvResult;
import org.quorate.cli.cluster.KvLink;

/**
 * Adds 1 to a few counters, over and over, while the load runs. A write executed twice would show
 * in the sums. Also tells how long no write was possible.
 */
final class Counters {
  /** Begin so; the number follows. */
  static final String PREFIX = "counter/";

  static final int COUNT = 8;
  private static final int IN_FLIGHT = 8;

  private final KvLink link;
  private final Semaphore room = new Semaphore(IN_FLIGHT);
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong unknown = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private volatile long killedNs;
  private final AtomicLong recoveredNs = new AtomicLong();
  private final CountDownLatch recovered = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "demo-counters");

  Counters(KvLink link) {
    this.link = link;
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (running.get()) {
        room.acquire();
        one(sent.getAndIncrement());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void one(long number) {
    long sentNs = System.nanoTime();
    boolean afterKill = killedNs != 0;
    link.write(new KvCommand.Add(Bytes.utf8(PREFIX + number % COUNT), 1))
        .whenComplete(
            (result, thrown) -> {
              if (result instanceof KvResult.Added) {
                acknowledged.incrementAndGet();
                if (afterKill && sentNs > killedNs) {
                  recoveredNs.compareAndSet(0, System.nanoTime());
                  recovered.countDown();
                }
              } else {
                unknown.incrementAndGet();
              }
              room.release();
            });
  }

  /** The leader is dead from now on. */
  void killed() {
    killedNs = System.nanoTime();
  }

  /** Waits for the first answer to a write that was sent after the kill; false if none came. */
  boolean awaitRecovery(Duration patience) throws InterruptedException {
    return recovered.await(patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Stops and waits for the last answers. */
  void stop() throws InterruptedException {
    running.set(false);
    thread.join();
    room.acquire(IN_FLIGHT);
  }

  long sent() {
    return sent.get();
  }

  long acknowledged() {
    return acknowledged.get();
  }

  /** Without an answer: each may have been executed once or never. */
  long unknown() {
    return unknown.get();
  }

  /** From the kill to the first answer to a write that was sent after it; -1 if there was none. */
  long outageMs() {
    return recoveredNs.get() == 0 ? -1 : (recoveredNs.get() - killedNs) / 1_000_000;
  }
}
