package org.quorate.core.replica;

import org.quorate.core.log.Ahead;
import org.quorate.core.log.VirtualLog;
import org.quorate.spi.config.Options;

/**
 * Has the costly commands among what was decided worked out on workers, before all is executed in
 * order on the group's loop, which serves others meanwhile. With one thread nothing is.
 */
final class ParallelApply {
  private final VirtualLog log;
  private final Offload offload;
  private final int threads;
  private final long costly;

  ParallelApply(VirtualLog log, Offload offload, Options options) {
    this.log = log;
    this.offload = offload;
    this.threads = (int) options.number(ReplicaParameters.APPLY_THREADS);
    this.costly = options.number(ReplicaParameters.APPLY_COSTLY_BYTES);
  }

  boolean enabled() {
    return threads > 1;
  }

  /** Looks for commands among the next records that can be worked out beside each other. */
  Ahead look(Iterable<VirtualLog.Upcoming> records) {
    return log.ahead(records, costly);
  }

  /** Has them worked out; {@code then} runs on the loop when all are. */
  void work(Ahead ahead, Runnable then) {
    int lanes = Math.min(threads, ahead.size());
    int[] left = {lanes};
    Runnable ended =
        () -> {
          if (--left[0] == 0) {
            then.run();
          }
        };
    for (int i = 0; i < lanes; i++) {
      offload.run(
          () -> {
            ahead.work();
            return ahead;
          },
          done -> ended.run(),
          why -> ended.run());
    }
  }

  /** They are executed next. */
  void expect(Ahead worked) {
    log.expect(worked);
  }
}
