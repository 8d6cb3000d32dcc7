package org.quorate.runtime.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  /** What a worker writes is on disk before the folder is given to others. */
  @Test
  void whatAWorkerIsAtIsDoneWhenAllIsClosed() throws Exception {
    Threads threads = new Threads(1, 1);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean done = new AtomicBoolean();
    threads
        .workers()
        .execute(
            () -> {
              begun.countDown();
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
              done.set(true);
            });
    assertTrue(begun.await(60, TimeUnit.SECONDS));
    threads.close(Future.succeededFuture());
    assertTrue(done.get());
  }
}
