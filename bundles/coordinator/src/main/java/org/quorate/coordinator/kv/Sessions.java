package org.quorate.coordinator.kv;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.Decoder;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;

/** The sessions that this coordinator holds. On the group's loop, where it does not say otherwise. */
final class Sessions {
  /** How often to look whose TTL has to be started anew; that is done three times in a TTL. */
  private static final long TICK_MS = 100;

  private final Store store;
  private final Locks locks;
  private final String client;
  private final SecureRandom random = new SecureRandom();
  private final Map<Long, Session> held = new HashMap<>();
  private Runnable tick = () -> {};
  private boolean renewing;
  private boolean over;

  Sessions(Store store, Locks locks, String client) {
    this.store = store;
    this.locks = locks;
    this.client = client;
  }

  Store store() {
    return store;
  }

  Locks locks() {
    return locks;
  }

  /** The session if it is held here and has not ended as far as known, else null. */
  Session find(long id) {
    return held.get(id);
  }

  CompletionStage<CoordinatorSession> open(SessionSpec spec) {
    byte[] secret = new byte[16];
    random.nextBytes(secret);
    return store
        .access
        .openSession(spec.ttlMs())
        .thenApplyAsync(
            outcome -> {
              if (outcome instanceof Outcome.Committed committed) {
                return committed.result().longAt(0);
              }
              throw Failures.of(outcome, true);
            },
            store.access.loop())
        .thenCompose(id -> record(id, Bytes.wrap(secret), spec));
  }

  private CompletionStage<CoordinatorSession> record(long id, Bytes secret, SessionSpec spec) {
    SessionRecord record =
        new SessionRecord(
            SessionRecord.hash(secret),
            spec.name(),
            client,
            spec.ttlMs(),
            spec.onEnd(),
            System.currentTimeMillis());
    return store
        .execute(
            new KvCommand.Put(Places.session(id), record.encode(), id, false),
            KvResult.PutDone.class)
        .whenComplete(
            (done, problem) -> {
              if (problem != null) {
                store.access.closeSession(id);
              }
            })
        .thenApplyAsync(
            done -> hold(new Session(this, id, secret, spec), done.revision()),
            store.access.loop());
  }

  private CoordinatorSession hold(Session session, long revision) {
    if (over) {
      throw Failures.closed();
    }
    if (held.isEmpty()) {
      tick();
    }
    held.put(session.id(), session);
    session.watch(revision);
    return session;
  }

  CompletionStage<CoordinatorSession> resume(long id, Bytes secret, boolean automatic) {
    return store
        .query(
            org.quorate.api.kv.KvQuery.get(Places.session(id)),
            ReadLevel.LINEARIZABLE,
            KvResult.GetDone.class)
        .thenComposeAsync(
            found -> {
              SessionRecord record =
                  found.entry() == null ? null : SessionRecord.decode(found.entry().value());
              if (record == null || !record.isSecret(secret)) {
                throw Failures.expired(id);
              }
              Session here = held.get(id);
              if (here == null) {
                SessionSpec spec =
                    new SessionSpec(record.name(), record.ttlMs(), record.onEnd(), automatic);
                here = new Session(this, id, secret, spec);
                hold(here, found.revision());
              }
              CoordinatorSession session = here;
              return session.keepAlive().thenApply(done -> session);
            },
            store.access.loop());
  }

  /** From any thread. */
  CompletionStage<List<SessionInfo>> list() {
    return store
        .all(KeyRange.prefix(Places.SESSIONS), ReadLevel.LINEARIZABLE)
        .thenApply(
            entries ->
                entries.stream()
                    .map(e -> SessionRecord.decode(e.value()).info(Places.sessionAt(e.key())))
                    .toList());
  }

  /** From any thread. */
  CompletionStage<Boolean> end(long id) {
    return store
        .get(Places.session(id), ReadLevel.LINEARIZABLE)
        .thenCompose(
            entry ->
                entry == null
                    ? CompletableFuture.completedFuture(false)
                    : remove(id).thenApply(done -> true));
  }

  /**
   * Ends a session: first its record goes, unless all is sealed, then in one revision what it owns. From
   * any thread.
   */
  CompletionStage<Void> remove(long id) {
    return store
        .execute(KvCommand.delete(Places.session(id)), KvResult.Deleted.class)
        .thenCompose(gone -> store.access.closeSession(id))
        .thenAccept(Sessions::closed);
  }

  static boolean closed(Outcome outcome) {
    if (outcome instanceof Outcome.Committed) {
      return true;
    }
    throw Failures.of(outcome, true);
  }

  /**
   * The lease of a session as its keys have it; null if there is none. From any thread.
   *
   * @param id of anybody's session
   */
  CompletionStage<Long> leaseOf(long id) {
    return store
        .get(Places.session(id), ReadLevel.LINEARIZABLE)
        .thenApply(
            entry ->
                entry == null
                    ? null
                    : SessionRecord.decode(entry.value()).onEnd() == SessionSpec.OnEnd.RELEASE
                        ? Long.valueOf(-id)
                        : Long.valueOf(id));
  }

  // ---- keeping alive --------------------------------------------------------------------------

  private void tick() {
    if (!over) {
      tick = store.access.after(TICK_MS, this::renew);
    }
  }

  private void renew() {
    long now = nowMs();
    List<Session> due =
        held.values().stream().filter(s -> s.spec().automatic() && s.isDue(now)).toList();
    if (!due.isEmpty() && !renewing) {
      renewing = true;
      renew(due.stream().map(Session::id).toList())
          .whenCompleteAsync((gone, problem) -> renewing = false, store.access.loop());
    }
    if (!held.isEmpty()) {
      tick();
    }
  }

  /** Starts TTLs anew; those that are gone are told so. */
  CompletionStage<List<Long>> renew(List<Long> ids) {
    long asked = nowMs();
    return store
        .access
        .keepAlive(ids)
        .thenApplyAsync(
            outcome -> {
              if (!(outcome instanceof Outcome.Committed committed)) {
                throw Failures.of(outcome, true);
              }
              List<Long> gone = new Decoder(committed.result()).list(Decoder::i64);
              gone.forEach(id -> ended(id, SessionEnd.EXPIRED));
              for (long id : ids) {
                Session session = held.get(id);
                if (session != null) {
                  session.renewed(asked);
                }
              }
              return gone;
            },
            store.access.loop());
  }

  static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  void ended(long id, SessionEnd how) {
    Session session = held.remove(id);
    if (session != null) {
      session.end(how);
    }
  }

  // ---- the end --------------------------------------------------------------------------------

  /** Ends all that can be ended now. */
  CompletionStage<Void> shutdown() {
    over = true;
    tick.run();
    List<CompletableFuture<Void>> closing = new ArrayList<>();
    for (Session session : List.copyOf(held.values())) {
      closing.add(session.close().toCompletableFuture().exceptionally(problem -> null));
    }
    return CompletableFuture.allOf(closing.toArray(CompletableFuture<?>[]::new))
        .thenRunAsync(this::abandon, store.access.loop());
  }

  /** Leaves them to expire. */
  void abandon() {
    over = true;
    tick.run();
    List.copyOf(held.keySet()).forEach(id -> ended(id, SessionEnd.DETACHED));
  }
}
