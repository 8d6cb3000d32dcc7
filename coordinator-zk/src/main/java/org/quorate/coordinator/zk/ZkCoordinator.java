package org.quorate.coordinator.zk;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Machine;
import org.quorate.coordinator.zk.state.Sessions;
import org.quorate.spi.coordination.Capability;
import org.quorate.spi.coordination.Children;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Keys;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.Movable;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Standing;
import org.quorate.spi.coordination.Subscription;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;
import org.quorate.spi.coordination.WatchListener;

/** A coordinator on ZooKeeper. */
final class ZkCoordinator implements Movable {
  private static final int SECRET_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String name;
  private final Core core;

  /** Makes one of parts that are open. */
  ZkCoordinator(String name, Core core) {
    this.name = name;
    this.core = core;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Capability> capabilities() {
    return EnumSet.of(Capability.VALUE_CONDITIONS, Capability.RANGE_CONDITIONS);
  }

  @Override
  public long epoch() {
    return core.epoch();
  }

  private Machine machine() {
    return core.replica().machine();
  }

  /** Looks at what is known once all is known that was acknowledged before. */
  private <T> CompletableFuture<T> read(Supplier<T> look) {
    return core.call(
        () ->
            core.reads()
                .await(core.requestMs())
                .thenApply(
                    ready -> {
                      wantAll();
                      return look.get();
                    }));
  }

  /** That all is here, and not elsewhere or in part. */
  private void wantAll() {
    core.departure().check();
    wantWhole();
  }

  private void wantWhole() {
    if (machine().isTaking()) {
      throw new CoordinationException(
          Code.UNAVAILABLE, "what another provider kept is being taken in here");
    }
  }

  private static <T> CompletableFuture<T> failed(CoordinationException why) {
    return CompletableFuture.failedFuture(why);
  }

  @Override
  public CompletionStage<Listing> range(RangeQuery query) {
    if (query.revision() != 0) {
      return failed(
          new CoordinationException(
              Code.UNSUPPORTED, "ZooKeeper has no old revisions to read: ask for revision 0"));
    }
    Supplier<Listing> list = () -> machine().keys().list(query, machine().revision());
    return query.stale()
        ? core.call(
            () -> {
              wantAll();
              return CompletableFuture.completedFuture(list.get());
            })
        : read(list);
  }

  @Override
  public CompletionStage<Children> children(String path, String after, int limit) {
    try {
      Keys.path(path);
      CoordinationLimits.range("limit", limit, 1, CoordinationLimits.LISTING_ENTRIES);
    } catch (CoordinationException e) {
      return failed(e);
    }
    return read(() -> machine().keys().children(path, after, limit, machine().revision()));
  }

  @Override
  public CompletionStage<TransactionResult> transact(Transaction transaction) {
    return core.call(
        () -> {
          for (Op op : transaction.then()) {
            checkHeld(op);
          }
          return core.submit(new Command.Transact(transaction), core.requestMs());
        });
  }

  private void checkHeld(Op op) {
    long owner =
        op instanceof Op.Put put
            ? put.owner()
            : op instanceof Op.PutSequential sequential ? sequential.owner() : 0;
    if (owner != 0) {
      core.departure().check();
    }
    if (owner != 0 && !core.sessions().holds(owner)) {
      throw new CoordinationException(
          Code.SESSION_EXPIRED, "session " + owner + " is not held by this coordinator");
    }
  }

  @Override
  public CompletionStage<Listing> poll(List<Scope> scopes, long index, long waitMs) {
    List<Scope> wanted = List.copyOf(scopes);
    try {
      CoordinationLimits.range("scopes", wanted.size(), 1, CoordinationLimits.POLL_SCOPES);
      CoordinationLimits.range("index", index, 0, Long.MAX_VALUE);
      CoordinationLimits.range("wait.ms", waitMs, 0, CoordinationLimits.POLL_MS);
    } catch (CoordinationException e) {
      return failed(e);
    }
    return core.call(
        () ->
            core.reads()
                .await(core.requestMs())
                .thenCompose(
                    ready -> {
                      wantAll();
                      CompletableFuture<Listing> answer = new CompletableFuture<>();
                      core.watches().poll(wanted, index, waitMs, answer);
                      return answer;
                    }));
  }

  @Override
  public Subscription watch(Scope scope, long from, WatchListener listener) {
    CoordinationLimits.range("revision", from, 0, Long.MAX_VALUE - 1);
    Watches.Watch watch = core.watches().watch(scope, from, listener);
    CompletableFuture<Void> started =
        core.call(
            () ->
                (from > 0
                        ? CompletableFuture.completedFuture(null)
                        : core.reads().await(core.requestMs()))
                    .thenAccept(
                        ready -> {
                          core.departure().check();
                          watch.start(from > 0 ? from - 1 : machine().revision());
                        }));
    started.whenComplete(
        (done, problem) -> {
          if (problem != null) {
            watch.end(
                cause(problem) instanceof CoordinationException known
                    ? known
                    : new CoordinationException(Code.CLOSED, "cannot watch: " + problem, problem));
          }
        });
    return watch::close;
  }

  private static Throwable cause(Throwable problem) {
    return problem instanceof java.util.concurrent.CompletionException && problem.getCause() != null
        ? problem.getCause()
        : problem;
  }

  // ---- sessions and locks ---------------------------------------------------------------------

  private static Bytes proof(Bytes secret) {
    try {
      return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(secret.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public CompletionStage<CoordinatorSession> openSession(SessionSpec spec) {
    byte[] random = new byte[SECRET_BYTES];
    RANDOM.nextBytes(random);
    Bytes secret = Bytes.wrap(random);
    return core.call(
        () ->
            core.<Long>submit(
                    new Command.OpenSession(spec, core.client(), proof(secret)), core.requestMs())
                .thenApply(id -> hold(new ZkSession(core, id, secret, spec))));
  }

  private CoordinatorSession hold(ZkSession session) {
    core.sessions().add(session);
    return session;
  }

  @Override
  public CompletionStage<CoordinatorSession> resume(long id, Bytes secret, boolean automatic) {
    return core.call(
        () ->
            core.<SessionSpec>submit(new Command.Resume(id, proof(secret)), core.requestMs())
                .thenApply(
                    spec ->
                        hold(
                            new ZkSession(
                                core,
                                id,
                                secret,
                                new SessionSpec(
                                    spec.name(), spec.ttlMs(), spec.onEnd(), automatic)))));
  }

  @Override
  public CompletionStage<List<SessionInfo>> sessions() {
    return read(() -> machine().sessions().all().stream().map(Sessions.Session::info).toList());
  }

  @Override
  public CompletionStage<Boolean> endSession(long id) {
    return core.call(() -> core.submit(new Command.EndSession(id, 0), core.requestMs()));
  }

  @Override
  public CompletionStage<List<LockInfo>> locks(Scope scope) {
    return read(() -> machine().locks().list(scope));
  }

  @Override
  public CompletionStage<Boolean> forceRelease(
      String lock, FencingToken token, String by, String reason) {
    try {
      Keys.check(lock);
      CoordinationLimits.text("who forces a release", by, CoordinationLimits.PURPOSE_BYTES);
      CoordinationLimits.text("the reason", reason, CoordinationLimits.PURPOSE_BYTES);
    } catch (CoordinationException e) {
      return failed(e);
    }
    return core.call(
        () -> core.submit(new Command.ForceRelease(lock, token, by, reason), core.requestMs()));
  }

  @Override
  public CompletionStage<List<ForcedRelease>> forcedReleases(int limit) {
    try {
      CoordinationLimits.range("limit", limit, 1, CoordinationLimits.FORCED_RELEASES);
    } catch (CoordinationException e) {
      return failed(e);
    }
    return read(() -> machine().locks().forced(limit));
  }

  @Override
  public CompletionStage<Void> shutdown() {
    return core.shutdown();
  }

  @Override
  public CompletionStage<Void> abandon() {
    return core.detach();
  }

  // ---- going on elsewhere ---------------------------------------------------------------------

  @Override
  public CompletionStage<Boolean> seal(String reason, FencingToken by) {
    return sealing(reason, by, new Command.KeepAlive(List.of()));
  }

  @Override
  public CompletionStage<Boolean> unseal(FencingToken by) {
    return core.call(() -> core.outbox().seal(null, by, new Command.Open(), core.requestMs()));
  }

  @Override
  public CompletionStage<Boolean> leave(String reason, FencingToken by) {
    return sealing(reason, by, new Command.Leave(reason));
  }

  @Override
  public CompletionStage<Boolean> changedSince(Scope scope, long revision) {
    return read(() -> core.watches().changedSince(List.of(scope), revision));
  }

  @Override
  public void lookBack(boolean wanted) {
    core.loop().execute(() -> core.departure().lookBack(wanted));
  }

  @Override
  public CompletionStage<Standing> standing() {
    return core.call(
        () ->
            core.reads()
                .await(core.requestMs())
                .thenCompose(ready -> core.outbox().newHead(core.requestMs()))
                .thenApply(
                    head -> {
                      String left = machine().left();
                      return new Standing(
                          head.mover(), left == null ? head.sealed() : left, left != null);
                    }));
  }

  @Override
  public CompletionStage<Boolean> retire(String reason, FencingToken by) {
    return sealing(reason, by, new Command.Retire(reason));
  }

  private CompletionStage<Boolean> sealing(String reason, FencingToken by, Command told) {
    try {
      CoordinationLimits.text("the reason", reason, CoordinationLimits.PURPOSE_BYTES);
    } catch (CoordinationException e) {
      return failed(e);
    }
    return core.call(() -> core.outbox().seal(reason, by, told, core.requestMs()));
  }

  @Override
  public CompletionStage<Inventory> inventory() {
    return core.call(
        () ->
            core.reads()
                .await(core.requestMs())
                .thenApply(
                    ready -> {
                      wantWhole();
                      return machine().inventory();
                    }));
  }

  @Override
  public CompletionStage<Void> warm(Inventory inventory, FencingToken by) {
    return core.call(() -> new Intake(core, inventory, by).warm());
  }

  @Override
  public CompletionStage<Void> take(Inventory inventory, FencingToken by) {
    return core.call(() -> new Intake(core, inventory, by).take());
  }
}
