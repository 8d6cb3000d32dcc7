package org.quorate.operations;

import java.util.function.Consumer;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.operations.OperationException.Code;

/**
 * A session that is renewed by hand, so that the node knows when the last renewal was sent that was
 * acknowledged, and stops well before the session can end. One that was let go is never taken up again.
 * All on the loop.
 */
final class Lease {
  private final Hub hub;
  private final Runnable opened;
  private final Consumer<String> lost;
  private CoordinatorSession session;
  private long renewedAtMs;
  private boolean stopped;

  Lease(Hub hub, Runnable opened, Consumer<String> lost) {
    this.hub = hub;
    this.opened = opened;
    this.lost = lost;
  }

  /** The session, null while there is none that may be relied on. */
  CoordinatorSession session() {
    boolean fresh = hub.loop().nowMs() - renewedAtMs < hub.settings().fenceMs();
    return session != null && fresh ? session : null;
  }

  void start() {
    open();
    hub.loop().after(hub.settings().heartbeatMs(), this::beat);
  }

  /** Opens no other any more. */
  void stop() {
    stopped = true;
  }

  /** Renews it no more, so that it ends if it is not given back before; null if there is none. */
  CoordinatorSession drop() {
    CoordinatorSession mine = session;
    session = null;
    return mine;
  }

  /** Opens another. */
  void open() {
    if (stopped || session != null) {
      return;
    }
    long sentAtMs = hub.loop().nowMs();
    SessionSpec spec =
        SessionSpec.of("operations " + hub.node(), hub.settings().leaseMs()).keptAliveByHand();
    hub.then(
        hub.coordinator().openSession(spec),
        (mine, e) -> {
          if (stopped) {
            if (mine != null) {
              mine.close();
            }
          } else if (e != null) {
            hub.loop().after(hub.settings().heartbeatMs(), this::open);
          } else {
            session = mine;
            renewed(sentAtMs);
            hub.then(mine.ended(), (end, ignored) -> gone(mine, "its lease has ended"));
            opened.run();
          }
        });
  }

  private void beat() {
    if (stopped) {
      return;
    }
    hub.loop().after(hub.settings().heartbeatMs(), this::beat);
    check();
    CoordinatorSession mine = session;
    if (mine == null) {
      return;
    }
    long sentAtMs = hub.loop().nowMs();
    hub.then(
        mine.keepAlive(),
        (ok, e) -> {
          if (session == mine && e == null) {
            renewed(sentAtMs);
          } else if (e != null && e.code() == Code.NOT_ONLINE) {
            gone(mine, "its lease has ended");
          }
        });
  }

  private void renewed(long sentAtMs) {
    renewedAtMs = Math.max(renewedAtMs, sentAtMs);
    hub.loop().after(renewedAtMs + hub.settings().fenceMs() - hub.loop().nowMs(), this::check);
  }

  private void check() {
    long ago = hub.loop().nowMs() - renewedAtMs;
    if (session != null && ago >= hub.settings().fenceMs()) {
      gone(session, "its lease was not renewed for " + ago + " ms");
    }
  }

  private void gone(CoordinatorSession mine, String why) {
    if (session == mine && !stopped) {
      lost.accept(why);
    }
  }
}
