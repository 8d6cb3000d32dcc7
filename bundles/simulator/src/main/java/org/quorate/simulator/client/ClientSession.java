package org.quorate.simulator.client;

import java.util.List;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Committed;
import org.quorate.simulator.engine.Rng;

/** A courier's session: opened, kept alive while there is work, opened anew when it has ended. */
final class ClientSession {
  private final Courier courier;
  private final Workload workload;
  private final Cluster cluster;
  private final Rng rng;
  private long session;
  private int opening;

  ClientSession(Courier courier, Workload workload, Cluster cluster, Rng rng) {
    this.courier = courier;
    this.workload = workload;
    this.cluster = cluster;
    this.rng = rng;
  }

  /** 0 while there is none. */
  long id() {
    return session;
  }

  void start() {
    open();
    keepAlive();
  }

  private void open() {
    int attempt = ++opening;
    session = 0;
    long ttlMs = workload.shape().sessionTtlMs();
    long calledUs = cluster.queue().nowUs();
    cluster.call(
        courier.target(),
        r -> r.openSession(ttlMs, o -> cluster.reply(() -> opened(attempt, calledUs, o))));
    after(800, () -> reopen(attempt));
  }

  private void opened(int attempt, long calledUs, Outcome outcome) {
    if (attempt != opening || session != 0) {
      return;
    }
    if (outcome instanceof Committed done) {
      session = done.result().longAt(0);
      cluster.leases().opened(session, workload.shape().sessionTtlMs(), calledUs);
      courier.sessionOpened();
      courier.trace("session " + session);
    } else {
      courier.redirect(outcome);
      after(20, () -> reopen(attempt));
    }
  }

  private void reopen(int attempt) {
    if (attempt == opening && session == 0) {
      if (rng.chance(0.5)) {
        courier.redirect();
      }
      open();
    }
  }

  private void keepAlive() {
    if (workload.complete()) {
      return;
    }
    long renewed = session;
    if (renewed != 0) {
      long calledUs = cluster.queue().nowUs();
      cluster.call(
          courier.target(),
          r ->
              r.keepAlive(
                  List.of(renewed), o -> cluster.reply(() -> renewed(renewed, calledUs, o))));
    }
    after(workload.shape().sessionTtlMs() / 4, this::keepAlive);
  }

  private void renewed(long id, long calledUs, Outcome outcome) {
    if (outcome instanceof Committed done && !Courier.gone(done).contains(id)) {
      cluster.leases().renewed(id, calledUs);
    }
  }

  /** A session is gone: if it is this one, another is opened. */
  void expired(long old) {
    if (session == old) {
      courier.trace("session " + old + " has expired");
      open();
    }
  }

  private void after(long delayMs, Runnable task) {
    cluster.queue().after(delayMs * 1000, task);
  }
}
