package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.quorate.api.Bytes;
import org.quorate.client.KvClient;

/**
 * Adds one to a counter, in so many chains at a time, until it is told to end. A chain pauses between two
 * additions: what it goes on under needs the processors too. Where the group stands still, all chains wait.
 */
final class CountingLoad {
  private static final long PAUSE_MS = 20;
  private static final Bytes COUNTER = Bytes.utf8("counter");

  private final KvClient kv;
  private final Executor later;
  private final AtomicBoolean going = new AtomicBoolean(true);
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final List<Future<Long>> chains = new ArrayList<>();

  /** Begins. */
  CountingLoad(KvClient kv, int count) {
    this(
        kv,
        count,
        CompletableFuture.delayedExecutor(PAUSE_MS, TimeUnit.MILLISECONDS, Runnable::run));
  }

  /** Begins one without pauses. */
  static CountingLoad heavy(KvClient kv, int count) {
    return new CountingLoad(kv, count, Runnable::run);
  }

  private CountingLoad(KvClient kv, int count, Executor later) {
    this.kv = kv;
    this.later = later;
    for (int i = 0; i < count; i++) {
      Promise<Long> ended = Promise.promise();
      add(ended);
      chains.add(ended.future());
    }
  }

  /** One addition after the other; not a chain of futures, which would end in a deep recursion. */
  private void add(Promise<Long> ended) {
    asked.incrementAndGet();
    kv.add(COUNTER, 1)
        .onSuccess(
            sum -> {
              acknowledged.incrementAndGet();
              if (going.get()) {
                later.execute(() -> add(ended));
              } else {
                ended.complete(sum);
              }
            })
        .onFailure(ended::fail);
  }

  /** How many additions were begun. */
  int asked() {
    return asked.get();
  }

  /** How many additions were answered. */
  int acknowledged() {
    return acknowledged.get();
  }

  /** No addition has failed by now. */
  void noneFailed() {
    assertEquals(
        List.of(), chains.stream().filter(Future::failed).map(f -> f.cause().toString()).toList());
  }

  /** Begins no more additions; may be called again. */
  void stop() {
    going.set(false);
  }

  /** Ends it: none has failed, and each was executed once. */
  void endsExact(long patienceMs) throws Exception {
    stop();
    Future.all(chains)
        .toCompletionStage()
        .toCompletableFuture()
        .get(patienceMs, TimeUnit.MILLISECONDS);
    String sum =
        kv.get(COUNTER)
            .toCompletionStage()
            .toCompletableFuture()
            .get(patienceMs, TimeUnit.MILLISECONDS)
            .value()
            .utf8();
    assertEquals(Integer.toString(asked.get()), sum, "every addition is executed once");
  }
}
