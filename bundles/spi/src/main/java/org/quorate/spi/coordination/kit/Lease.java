package org.quorate.spi.coordination.kit;

import java.util.concurrent.CompletionException;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.SessionSpec;

/**
 * A session that is renewed by hand, so that its owner knows when the last renewal was sent that was
 * acknowledged, and stops well before the session can end. One that was let go is never taken up again.
 * All on the loop.
 */
public final class Lease {
  /** What becomes of it. */
  public interface Listener {
    /** There is a session. */
    void opened(CoordinatorSession session);

    /** It may not be relied on any more: {@link #drop} it, and {@link #open} another. */
    void lost(String why);
  }

  private final Coordinator coordinator;
  private final ServiceLoop loop;
  private final String name;
  private final long heartbeatMs;
  private final long leaseMs;
  private final Listener listener;
  private CoordinatorSession session;
  private long renewedAtMs;
  private boolean opening;
  private boolean stopped;

  /**
   * None until it is {@link #start started}.
   *
   * @param name of its sessions, for people
   * @param heartbeatMs how often it is renewed
   * @param leaseMs how long a session lives without that
   */
  public Lease(
      Coordinator coordinator,
      ServiceLoop loop,
      String name,
      long heartbeatMs,
      long leaseMs,
      Listener listener) {
    this.coordinator = coordinator;
    this.loop = loop;
    this.name = name;
    this.heartbeatMs = heartbeatMs;
    this.leaseMs = leaseMs;
    this.listener = listener;
  }

  /** Who has not renewed it for so long stops: the others wait a fifth longer. */
  private long fenceMs() {
    return leaseMs - leaseMs / 5;
  }

  /** The session, null while there is none that may be relied on. */
  public CoordinatorSession session() {
    return loop.nowMs() - renewedAtMs < fenceMs() ? session : null;
  }

  /** Opens a session and renews it; once. */
  public void start() {
    open();
    loop.after(heartbeatMs, this::beat);
  }

  /** Opens no other any more. */
  public void stop() {
    stopped = true;
  }

  /** Renews it no more, so that it ends if it is not given back before; null if there is none. */
  public CoordinatorSession drop() {
    CoordinatorSession mine = session;
    session = null;
    return mine;
  }

  /** Opens another, if there is none. */
  public void open() {
    if (stopped || opening || session != null) {
      return;
    }
    opening = true;
    long sentAtMs = loop.nowMs();
    loop.then(
        coordinator.openSession(SessionSpec.of(name, leaseMs).keptAliveByHand()),
        (mine, e) -> {
          opening = false;
          if (stopped) {
            if (mine != null) {
              mine.close();
            }
          } else if (e != null) {
            loop.after(heartbeatMs, this::open);
          } else {
            session = mine;
            renewed(sentAtMs);
            loop.then(mine.ended(), (end, ignored) -> ended(mine));
            listener.opened(mine);
          }
        });
  }

  private void beat() {
    if (stopped) {
      return;
    }
    loop.after(heartbeatMs, this::beat);
    check();
    CoordinatorSession mine = session;
    if (mine == null) {
      return;
    }
    long sentAtMs = loop.nowMs();
    loop.then(
        mine.keepAlive(),
        (ok, e) -> {
          if (session == mine && e == null) {
            renewed(sentAtMs);
          } else if (e != null && expired(e)) {
            ended(mine);
          }
        });
  }

  private static boolean expired(Throwable thrown) {
    Throwable e = thrown;
    while (e instanceof CompletionException && e.getCause() != null) {
      e = e.getCause();
    }
    return e instanceof CoordinationException c
        && c.code() == CoordinationException.Code.SESSION_EXPIRED;
  }

  private void renewed(long sentAtMs) {
    renewedAtMs = Math.max(renewedAtMs, sentAtMs);
    loop.after(renewedAtMs + fenceMs() - loop.nowMs(), this::check);
  }

  private void check() {
    long ago = loop.nowMs() - renewedAtMs;
    if (session != null && ago >= fenceMs()) {
      lost("its lease was not renewed for " + ago + " ms");
    }
  }

  /** Tells that a session is over, unless it was let go before. */
  public void ended(CoordinatorSession mine) {
    if (session == mine) {
      lost("its lease has ended");
    }
  }

  private void lost(String why) {
    if (!stopped) {
      listener.lost(why);
    }
  }
}
