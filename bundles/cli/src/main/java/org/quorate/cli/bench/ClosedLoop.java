package org.quorate.cli.bench;

import io.vertx.core.Future;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Keeps so many operations under way: each lane begins the next when its last has ended. Latencies
 * are of operations that succeeded.
 */
public final class ClosedLoop {
  /** Something to measure; completes with whether it succeeded. */
  public interface Operation {
    Future<Boolean> begin(int lane, long number);
  }

  /**
   * What came out.
   *
   * @param latency nanoseconds
   */
  public record Result(double seconds, long failed, Histogram latency) {
    public double perSecond() {
      return latency.getTotalCount() / seconds;
    }

    public double millis(double percentile) {
      return latency.getValueAtPercentile(percentile) / 1e6;
    }
  }

  private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(1);

  private final Operation operation;
  private final Recorder recorder = new Recorder(LONGEST_NS, 3);
  private final LongAdder failed = new LongAdder();
  private volatile boolean stopping;

  private ClosedLoop(Operation operation) {
    this.operation = operation;
  }

  /** Blocks for the time given and until the last operation has ended. */
  public static Result run(Operation operation, int outstanding, double seconds)
      throws InterruptedException {
    ClosedLoop loop = new ClosedLoop(operation);
    CountDownLatch lanes = new CountDownLatch(outstanding);
    long began = System.nanoTime();
    for (int lane = 0; lane < outstanding; lane++) {
      loop.next(lane, 0, lanes);
    }
    TimeUnit.NANOSECONDS.sleep((long) (seconds * 1e9));
    loop.stopping = true;
    boolean ended = lanes.await(1, TimeUnit.MINUTES);
    double took = (System.nanoTime() - began) / 1e9;
    if (!ended) {
      loop.failed.add(lanes.getCount());
    }
    return new Result(took, loop.failed.sum(), loop.recorder.getIntervalHistogram());
  }

  private void next(int lane, long number, CountDownLatch lanes) {
    long began = System.nanoTime();
    operation
        .begin(lane, number)
        .onComplete(
            done -> {
              if (done.succeeded() && done.result()) {
                recorder.recordValue(Math.min(System.nanoTime() - began, LONGEST_NS));
              } else {
                failed.increment();
              }
              if (stopping) {
                lanes.countDown();
              } else {
                next(lane, number + 1, lanes);
              }
            });
  }
}
