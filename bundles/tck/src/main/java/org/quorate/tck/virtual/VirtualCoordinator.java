package org.quorate.tck.virtual;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Children;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;
import org.quorate.spi.coordination.WatchListener;

/**
 * One process's client of {@link VirtualServers}: requests and answers take time, may be lost, and end
 * with the process. Each is two steps at which the process can be killed: before it is sent, and between
 * its execution and its answer.
 */
public final class VirtualCoordinator implements Coordinator {
  /** How long a stalled request is on its way, microseconds. */
  public static final long STALL_US = 15_000_000;

  private static final long TIMEOUT_US = 1_000_000;

  private final VirtualServers servers;
  private final VirtualNode node;

  VirtualCoordinator(VirtualServers servers, VirtualNode node) {
    this.servers = servers;
    this.node = node;
  }

  private <T> CompletableFuture<T> call(Supplier<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    VirtualNode.Run run = node.run;
    if (!node.step()) {
      return answer;
    }
    servers.queue.after(
        node.delayUs(),
        () -> {
          if (node.cut || !servers.quorum || node.loses()) {
            later(run, TIMEOUT_US, () -> fail(answer, Code.UNAVAILABLE));
            return;
          }
          T result;
          try {
            result = work.get();
          } catch (CoordinationException e) {
            later(run, node.delayUs(), () -> answer.completeExceptionally(e));
            return;
          }
          if (run != node.run || !node.step()) {
            return;
          }
          if (node.cut || node.loses() || node.losesAnswer) {
            node.losesAnswer = false;
            later(run, TIMEOUT_US, () -> fail(answer, Code.INDETERMINATE));
          } else {
            later(run, node.delayUs(), () -> answer.complete(result));
          }
        });
    return answer;
  }

  /** A request that is long on its way: its sender has given it up when it is executed. */
  private CompletionStage<TransactionResult> stalled(Transaction transaction) {
    CompletableFuture<TransactionResult> answer = new CompletableFuture<>();
    later(node.run, TIMEOUT_US, () -> fail(answer, Code.INDETERMINATE));
    servers.queue.after(
        STALL_US,
        () -> {
          node.arrived = true;
          try {
            servers.transact(transaction);
          } catch (CoordinationException e) {
            // Its session has ended: nobody waits for the answer.
          }
        });
    return answer;
  }

  private static void fail(CompletableFuture<?> answer, Code code) {
    answer.completeExceptionally(new CoordinationException(code, "as the world wants it"));
  }

  private void later(VirtualNode.Run run, long delayUs, Runnable task) {
    servers.queue.after(delayUs, () -> run.process.run(task));
  }

  @Override
  public String name() {
    return "virtual";
  }

  @Override
  public Set<Capability> capabilities() {
    return servers.remembers ? Set.of(Capability.OLD_REVISIONS) : Set.of();
  }

  @Override
  public long epoch() {
    return 1;
  }

  @Override
  public CompletionStage<Listing> range(RangeQuery query) {
    return call(() -> servers.range(query));
  }

  @Override
  public CompletionStage<TransactionResult> transact(Transaction transaction) {
    if (node.stalls != null && node.stalls.test(transaction)) {
      node.stalls = null;
      return stalled(transaction);
    }
    return call(() -> servers.transact(transaction));
  }

  @Override
  public Subscription watch(Scope scope, long from, WatchListener listener) {
    Watch watch = new Watch(scope, from, listener, node.run);
    servers.watches.add(watch);
    watch.run();
    return () -> servers.watches.remove(watch);
  }

  private final class Watch implements Runnable {
    private final Scope scope;
    private final WatchListener listener;
    private final VirtualNode.Run run;
    private long next;
    private boolean busy;

    Watch(Scope scope, long from, WatchListener listener, VirtualNode.Run run) {
      this.scope = scope;
      this.next = from;
      this.listener = listener;
      this.run = run;
    }

    @Override
    public void run() {
      if (busy || next > servers.revision()) {
        return;
      }
      busy = true;
      servers.queue.after(node.delayUs(), () -> run.process.run(this::tell));
    }

    private void tell() {
      if (node.cut) {
        servers.queue.after(TIMEOUT_US, () -> run.process.run(this::tell));
        return;
      }
      List<KeyEvent> events = new ArrayList<>();
      for (; next <= servers.revision(); next++) {
        servers.history.get((int) next - 1).stream()
            .filter(e -> scope.contains(e.key()))
            .forEach(events::add);
      }
      listener
          .changed(events, next - 1)
          .whenComplete(
              (ok, e) -> {
                busy = false;
                run();
              });
    }
  }

  @Override
  public CompletionStage<CoordinatorSession> openSession(SessionSpec spec) {
    return call(() -> servers.open(spec.ttlMs())).thenApply(s -> new Held(s, spec));
  }

  @Override
  public CompletionStage<Boolean> endSession(long id) {
    return call(() -> servers.end(id));
  }

  private final class Held implements CoordinatorSession {
    private final VirtualServers.Session session;
    private final SessionSpec spec;
    private final CompletableFuture<SessionEnd> ended = new CompletableFuture<>();
    private final VirtualNode.Run run = node.run;

    Held(VirtualServers.Session session, SessionSpec spec) {
      this.session = session;
      this.spec = spec;
      session.ended = () -> whenReached(run, () -> ended.complete(SessionEnd.EXPIRED));
    }

    @Override
    public long id() {
      return session.id;
    }

    @Override
    public Bytes secret() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SessionSpec spec() {
      return spec;
    }

    @Override
    public CompletionStage<Void> keepAlive() {
      return call(
          () -> {
            servers.renew(session);
            return null;
          });
    }

    @Override
    public CompletionStage<SessionEnd> ended() {
      return ended;
    }

    @Override
    public CompletionStage<LockOutcome> lock(LockSpec lock) {
      CompletableFuture<LockOutcome> outcome = new CompletableFuture<>();
      CompletableFuture<HeldLock.Loss> lost = new CompletableFuture<>();
      Consumer<FencingToken> granted =
          token ->
              whenReached(
                  run,
                  () ->
                      outcome.complete(
                          new LockOutcome.Granted(
                              new Lock(VirtualCoordinator.this, lock.name(), token, id(), lost))));
      FencingToken[] asked = new FencingToken[1];
      call(() -> {
            servers.renew(session);
            FencingToken token =
                servers.lock(
                    lock,
                    session,
                    spec.name(),
                    node.wallMs(),
                    granted,
                    () -> whenReached(run, () -> lost.complete(HeldLock.Loss.SESSION_ENDED)));
            asked[0] = token;
            servers.queue.after(lock.waitMs() * 1000, () -> giveUp(lock.name(), token, outcome));
            return true;
          })
          .whenComplete(
              (done, e) -> {
                if (e != null && outcome.completeExceptionally(e) && asked[0] != null) {
                  servers.release(lock.name(), asked[0]); // a place that nobody knows of is left
                }
              });
      return outcome;
    }

    private void giveUp(String name, FencingToken token, CompletableFuture<LockOutcome> outcome) {
      if (servers.giveUp(name, token)) {
        LockOutcome not = new LockOutcome.NotGranted(servers.info(name));
        whenReached(run, () -> outcome.complete(not));
      }
    }

    @Override
    public CompletionStage<Void> detach() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> close() {
      return call(() -> servers.end(session.id)).thenApply(ended -> null);
    }
  }

  /** What servers tell by themselves: it comes when the process can be reached. */
  private void whenReached(VirtualNode.Run run, Runnable told) {
    servers.queue.after(
        node.delayUs(),
        () -> {
          if (node.cut) {
            servers.queue.after(TIMEOUT_US, () -> run.process.run(told));
          } else {
            run.process.run(told);
          }
        });
  }

  private record Lock(
      VirtualCoordinator of,
      String name,
      FencingToken token,
      long session,
      CompletableFuture<Loss> lost)
      implements HeldLock {
    @Override
    public CompletionStage<Boolean> release() {
      return of.call(() -> of.servers.release(name, token));
    }
  }

  @Override
  public CompletionStage<Children> children(String path, String after, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Listing> poll(List<Scope> scopes, long index, long waitMs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<CoordinatorSession> resume(long id, Bytes secret, boolean automatic) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<SessionInfo>> sessions() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<LockInfo>> locks(Scope scope) {
    return call(
        () -> servers.locks.keySet().stream().filter(scope::contains).map(servers::info).toList());
  }

  @Override
  public CompletionStage<Boolean> forceRelease(
      String lock, FencingToken token, String by, String reason) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<List<ForcedRelease>> forcedReleases(int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletionStage<Void> shutdown() {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<Void> abandon() {
    return CompletableFuture.completedStage(null);
  }
}
