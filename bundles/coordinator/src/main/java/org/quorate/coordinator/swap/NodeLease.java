package org.quorate.coordinator.swap;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.kit.ServiceLoop;

/**
 * A session of this node where swaps are recorded, one for all its coordinators, renewed by hand: so it is
 * known until when it cannot have ended. It is there while somebody wants it. All on the loop but {@link
 * #isFresh}.
 */
final class NodeLease {
  /** Where the nodes are named that go by what is recorded; each key is owned by the node's session. */
  static final String NODES = "nodes";

  private final Coordinator records;
  private final ServiceLoop loop;
  private final String node;
  private final SessionSpec spec;
  private final Set<Runnable> wanted = new LinkedHashSet<>();
  private CompletionStage<Void> ended = CompletableFuture.completedFuture(null);
  private long term;
  private volatile CoordinatorSession session;
  private volatile long freshUntilMs;

  NodeLease(Coordinator records, ServiceLoop loop, String node, long ttlMs) {
    this.records = records;
    this.loop = loop;
    this.node = node;
    this.spec = SessionSpec.of("coordinators of " + node, ttlMs).keptAliveByHand();
  }

  /** Null while there is none. */
  CoordinatorSession session() {
    return session;
  }

  /**
   * Whether a session is there and cannot have ended yet. From any thread. Sessions never come back: so it
   * was there all the time since somebody saw that it is.
   */
  boolean isFresh(CoordinatorSession mine) {
    return loop.nowMs() < freshUntilMs && mine == session;
  }

  /**
   * Wants it.
   *
   * @param opened told whenever there is a session, another one too
   */
  void want(Runnable opened) {
    wanted.add(opened);
    if (wanted.size() == 1) {
      term++;
      open(term);
      beat(term);
    } else if (session != null) {
      opened.run();
    }
  }

  /**
   * Wants it no more; with the last one the session ends.
   *
   * @return false if it did not want it
   */
  boolean leave(Runnable opened) {
    if (!wanted.remove(opened)) {
      return false;
    }
    CoordinatorSession last = session;
    if (wanted.isEmpty()) {
      term++;
      freshUntilMs = 0;
      session = null;
      ended = last == null ? CompletableFuture.completedFuture(null) : last.close();
    }
    return true;
  }

  /** Completes when the session that was wanted last is over. */
  CompletionStage<Void> ended() {
    return ended;
  }

  private void open(long of) {
    if (of != term) {
      return;
    }
    long sentAtMs = loop.nowMs();
    loop.then(
        records.openSession(spec),
        (mine, problem) -> {
          if (problem != null) {
            loop.after(spec.ttlMs() / 5, () -> open(of));
          } else {
            opened(of, mine, sentAtMs);
          }
        });
  }

  /** From when this node is named on, nothing is believed here that the session does not vouch for. */
  private void opened(long of, CoordinatorSession mine, long sentAtMs) {
    Op named = new Op.Put(NODES + "/" + node, Bytes.EMPTY, mine.id());
    loop.then(
        records.transact(Transaction.of(named)),
        (done, problem) -> {
          if (of != term || problem != null) {
            mine.close();
            loop.after(spec.ttlMs() / 5, () -> open(of));
          } else {
            session = mine;
            renewed(sentAtMs);
            List.copyOf(wanted).forEach(Runnable::run);
          }
        });
  }

  /** Nine tenths: clocks need not run at the same rate. */
  private void renewed(long sentAtMs) {
    freshUntilMs = sentAtMs + spec.ttlMs() * 9 / 10;
  }

  private void beat(long of) {
    if (of != term) {
      return;
    }
    loop.after(spec.ttlMs() / 5, () -> beat(of));
    CoordinatorSession mine = session;
    if (mine == null) {
      return;
    }
    long sentAtMs = loop.nowMs();
    loop.then(
        mine.keepAlive(),
        (done, problem) -> {
          if (mine != session) {
            return;
          } else if (problem == null) {
            renewed(sentAtMs);
          } else if (Routing.cause(problem).code() == Code.SESSION_EXPIRED) {
            freshUntilMs = 0;
            session = null;
            open(of);
          }
        });
  }
}
