package org.quorate.spi.coordination;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * Keys, sessions, locks and watches that clustered services coordinate with; an OSGi service with the
 * properties {@code quorate.coordinator=<name>} and {@code quorate.coordinator.provider}. Each bundle that
 * uses the service has sessions and watches of its own, which end when it gives the service back or stops.
 * Each provider passes {@code CoordinatorContract} of the
 * TCK; what it lacks it declares as missing {@link Capability capabilities} and refuses as UNSUPPORTED,
 * never weaker.
 *
 * <p>Every change of keys has a revision: one for all that a transaction changes, or the end of a
 * session. Revisions rise strictly, without being dense. Reads see every write that was acknowledged
 * before they began, unless they are asked to be stale.
 *
 * <p>Thread-safe; never blocks. A request is executed at most once, whatever is lost and found again
 * underneath. Stages fail with {@link CoordinationException} (perhaps as the cause of a {@code
 * CompletionException}) and with nothing else. They complete, and listeners are called, on a thread of
 * the coordinator that must not be blocked.
 */
@ConsumerType
public interface Coordinator extends AutoCloseable {
  /** Provider and place, for people: {@code native:default}. */
  String name();

  /** What it can beyond what all can. */
  Set<Capability> capabilities();

  /** The epoch in its fencing tokens, from 1. */
  long epoch();

  // ---- keys -----------------------------------------------------------------------------------

  /** The entry of a key, null if there is none. */
  default CompletionStage<KeyEntry> get(String key) {
    try {
      return range(RangeQuery.of(Scope.key(key)))
          .thenApply(found -> found.entries().isEmpty() ? null : found.entries().get(0));
    } catch (CoordinationException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Entries of a scope. */
  CompletionStage<Listing> range(RangeQuery query);

  /**
   * The names directly below a path.
   *
   * @param after only names behind this one, "" for all
   * @param limit most names, 1 to {@link CoordinationLimits#LISTING_ENTRIES}
   */
  CompletionStage<Children> children(String path, String after, int limit);

  /** Executes operations under conditions. */
  CompletionStage<TransactionResult> transact(Transaction transaction);

  /** Sets the value of a key that stays; the result is the revision. */
  default CompletionStage<Long> put(String key, Bytes value) {
    try {
      return transact(Transaction.of(new Op.Put(key, value)))
          .thenApply(TransactionResult::revision);
    } catch (CoordinationException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Deletes a key; true if it was there. */
  default CompletionStage<Boolean> delete(String key) {
    try {
      return transact(Transaction.of(new Op.Delete(key)))
          .thenApply(done -> done.effects().get(0).count() > 0);
    } catch (CoordinationException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  // ---- following changes ----------------------------------------------------------------------

  /**
   * A blocking query: all of the scopes as soon as any of their keys has changed since an index, be it
   * by a deletion; also when the wait is over, or when it cannot be told any more.
   *
   * @param scopes 1 to {@link CoordinationLimits#POLL_SCOPES}
   * @param index the revision of the last answer, 0 for an answer at once
   * @param waitMs 0 to {@link CoordinationLimits#POLL_MS}, in milliseconds
   * @return the entries, scope by scope, and as revision the index to ask with next; the same index
   *     when the wait was over and nothing had changed. At most {@link
   *     CoordinationLimits#LISTING_ENTRIES} entries, then {@code more} is true
   */
  CompletionStage<Listing> poll(List<Scope> scopes, long index, long waitMs);

  /**
   * Tells every change of a scope from a revision on, without loss or repetition whatever happens to
   * servers and connections.
   *
   * @param from the first revision wanted, 0 for what comes from when it has begun: a server has to be asked,
   *     so what is changed right after this has returned may come before
   * @return runs until it is closed
   */
  Subscription watch(Scope scope, long from, WatchListener listener);

  // ---- sessions and locks ---------------------------------------------------------------------

  /** Opens a session. */
  CompletionStage<CoordinatorSession> openSession(SessionSpec spec);

  /**
   * Takes up a session that was opened elsewhere, or by a coordinator that was closed, and starts its
   * TTL anew. Both may hold it.
   *
   * @param automatic as in {@link SessionSpec}
   * @return fails with SESSION_EXPIRED if there is no such session or the secret is wrong: who guesses
   *     does not learn which
   */
  CompletionStage<CoordinatorSession> resume(long id, Bytes secret, boolean automatic);

  /** All sessions, in the order of their ids. */
  CompletionStage<List<SessionInfo>> sessions();

  /**
   * Ends anybody's session at once, as its expiry would: for operators.
   *
   * @return false if there is none
   */
  CompletionStage<Boolean> endSession(long id);

  /**
   * Locks that are held, with holder and waiters, in order of their names.
   *
   * @param scope which names
   */
  CompletionStage<List<LockInfo>> locks(Scope scope);

  /**
   * Takes a lock from its holder, whose session lives on, and gives it to the next one that waits. It
   * is remembered in {@link #forcedReleases}, in the same revision.
   *
   * @param token of the holder that is meant: a later one is left alone
   * @param by who does it; {@code reason} why: up to {@link CoordinationLimits#PURPOSE_BYTES} each
   * @return false if it is not held with that token
   */
  CompletionStage<Boolean> forceRelease(String lock, FencingToken token, String by, String reason);

  /** The latest forced releases, newest first, at most {@link CoordinationLimits#FORCED_RELEASES}. */
  CompletionStage<List<ForcedRelease>> forcedReleases(int limit);

  // ---- recipes --------------------------------------------------------------------------------

  /**
   * Waits until every expected member has answered or is gone, or the time is over. Fails with TOO_LARGE
   * if there are more than {@link CoordinationLimits#LISTING_ENTRIES} keys below its paths.
   */
  default CompletionStage<BarrierResult> barrier(BarrierSpec spec) {
    return new BarrierWait(this, spec).start();
  }

  /**
   * Stands for election under a name: a lock and a key of that name. If it fails, the lock is given back.
   *
   * @param value what the key says while this candidate leads, for example its address
   * @param waitMs how long to wait, as in {@link LockSpec}
   * @return null if others led until the wait was over
   */
  default CompletionStage<Leadership> campaign(
      CoordinatorSession session, String election, Bytes value, long waitMs) {
    LockSpec spec;
    try {
      CoordinationLimits.value(value);
      spec = LockSpec.queued(election, "election", waitMs);
    } catch (CoordinationException e) {
      return CompletableFuture.failedFuture(e);
    }
    return session
        .lock(spec)
        .thenCompose(
            outcome -> {
              if (!(outcome instanceof LockOutcome.Granted granted)) {
                return CompletableFuture.completedFuture(null);
              }
              return new Leadership(this, granted.lock()).announced(value);
            });
  }

  /**
   * Gives up: sessions that were opened or resumed here are ended, those waiting and watching are told
   * CLOSED. What cannot reach a server in time is left to expire.
   */
  CompletionStage<Void> shutdown();

  /**
   * Gives up without ending anything: those waiting and watching are told CLOSED, sessions are DETACHED;
   * they are kept alive no more and can be resumed, here or where all has gone on.
   */
  CompletionStage<Void> abandon();

  /** As {@link #shutdown}, without waiting for it. */
  @Override
  default void close() {
    shutdown();
  }
}
