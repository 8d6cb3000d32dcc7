package org.quorate.coordinator.zk;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionSpec;

/** One holding of a session. */
final class ZkSession implements CoordinatorSession {
  private final Core core;
  private final long id;
  private final Bytes secret;
  private final SessionSpec spec;
  private final CompletableFuture<SessionEnd> ended = new CompletableFuture<>();

  // On the coordinator's thread.
  private boolean closing;
  private boolean renewing;
  private long renewAtNanos;

  ZkSession(Core core, long id, Bytes secret, SessionSpec spec) {
    this.core = core;
    this.id = id;
    this.secret = secret;
    this.spec = spec;
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public Bytes secret() {
    return secret;
  }

  @Override
  public SessionSpec spec() {
    return spec;
  }

  @Override
  public CompletionStage<Void> keepAlive() {
    return core.call(
            () -> core.<List<Long>>submit(new Command.KeepAlive(List.of(id)), core.requestMs()))
        .thenAccept(
            gone -> {
              if (!gone.isEmpty()) {
                throw expired();
              }
            });
  }

  CoordinationException expired() {
    return new CoordinationException(
        Code.SESSION_EXPIRED, "session " + id + " '" + spec.name() + "' has ended");
  }

  @Override
  public CompletionStage<SessionEnd> ended() {
    return ended.copy();
  }

  @Override
  public CompletionStage<LockOutcome> lock(LockSpec spec) {
    return core.call(() -> core.desk().ask(this, spec));
  }

  @Override
  public CompletionStage<LockOutcome> adopt(LockSpec spec, FencingToken token) {
    return core.call(
        () ->
            core.reads()
                .await(core.requestMs())
                .thenCompose(ready -> core.desk().adopt(this, spec, token)));
  }

  @Override
  public CompletionStage<Void> detach() {
    return core.call(
        () -> {
          core.sessions().remove(this);
          core.desk().detached(this);
          ended(false);
          return CompletableFuture.completedFuture(null);
        });
  }

  @Override
  public CompletionStage<Void> close() {
    return core.call(this::end);
  }

  CompletableFuture<Void> end() {
    closing = true;
    return core.<Boolean>submit(new Command.EndSession(id, 0), core.requestMs())
        .thenApply(done -> null);
  }

  boolean isOver() {
    return ended.isDone();
  }

  void ended(boolean inTheLog) {
    ended.complete(
        !inTheLog ? SessionEnd.DETACHED : closing ? SessionEnd.CLOSED : SessionEnd.EXPIRED);
  }

  /** Whether its coordinator keeps it alive: not from when it is closed on, done or not. */
  boolean isKept() {
    return spec.automatic() && !closing;
  }

  /** Whether its coordinator is to keep it alive now; then it is on its way to do so. */
  boolean renew(long nowNanos) {
    boolean due = isKept() && !renewing && nowNanos - renewAtNanos >= 0;
    renewing |= due;
    return due;
  }

  /** The keep-alive has succeeded, or not: then soon again. */
  void renewed(long nextNanos) {
    renewing = false;
    renewAtNanos = nextNanos;
  }
}
