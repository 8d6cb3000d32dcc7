package org.quorate.coordinator.kv;

import static org.quorate.spi.coordination.SessionEnd.DETACHED;
import static org.quorate.spi.coordination.SessionEnd.EXPIRED;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinatorSession;
import org.quorate.spi.coordination.SessionEnd;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.SessionSpec.OnEnd;

/** The sessions that this coordinator holds. On the group's loop, where it does not say otherwise. */
final class Sessions {
  /** How often to look whose TTL has to be started anew; that is done three times in a TTL. */
  private static final long TICK_MS = 100;

  private final Store store;
  private final Locks locks;
  private final String client;
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
    store.surroundings.random(secret);
    return store
        .openLease(spec.ttlMs())
        .thenCompose(lease -> record(lease, Bytes.wrap(secret), spec));
  }

  private CompletionStage<CoordinatorSession> record(long lease, Bytes secret, SessionSpec spec) {
    SessionRecord record =
        new SessionRecord(
            SessionRecord.hash(secret),
            spec.name(),
            client,
            spec.ttlMs(),
            spec.onEnd(),
            store.surroundings.wallMs());
    return store
        .on(
            base -> {
              Session session = new Session(this, base, base.session(lease), lease, secret, spec);
              KvCommand put = new KvCommand.Put(session.place(), record.encode(), lease, false);
              return store
                  .execute(base, put, KvResult.PutDone.class)
                  .thenApplyAsync(done -> hold(session, done.revision()), store.access.loop());
            })
        .whenComplete(
            (done, problem) -> {
              if (problem != null) {
                store.access.closeSession(lease);
              }
            });
  }

  private CoordinatorSession hold(Session session, long revision) {
    if (over) {
      throw Failures.closed();
    }
    if (held.isEmpty()) {
      tick.run(); // the one from before it was empty
      tick();
    }
    held.put(session.id(), session);
    session.watch(revision);
    return session;
  }

  CompletionStage<CoordinatorSession> resume(long id, Bytes secret, boolean automatic) {
    return store.on(
        base ->
            record(base, id)
                .thenComposeAsync(
                    found -> {
                      SessionRecord record =
                          found.entry() == null
                              ? null
                              : SessionRecord.decode(found.entry().value());
                      if (record == null || !record.isSecret(secret)) {
                        throw Failures.expired(id);
                      }
                      Session here = held.get(id);
                      if (here != null && here.lease() != found.entry().lease()) {
                        ended(here, EXPIRED); // it has been away and come back
                        here = null;
                      }
                      Session session =
                          here != null
                              ? here
                              : new Session(
                                  this,
                                  base,
                                  id,
                                  found.entry().lease(),
                                  secret,
                                  new SessionSpec(
                                      record.name(), record.ttlMs(), record.onEnd(), automatic));
                      // Held once it is known to live: else it would be kept alive for nobody.
                      return session
                          .keepAlive()
                          .thenApplyAsync(
                              done -> resumed(session, found.revision(), automatic),
                              store.access.loop());
                    },
                    store.access.loop()));
  }

  /** Another one may have been resumed meanwhile: there is one of each. */
  private CoordinatorSession resumed(Session session, long revision, boolean automatic) {
    Session here = held.get(session.id());
    Session kept = here != null && here.lease() == session.lease() ? here : session;
    if (kept.isOver()) {
      throw Failures.expired(kept.id());
    }
    if (automatic) {
      kept.automatic();
    }
    return kept == here ? here : hold(kept, revision);
  }

  /** What is stored of a session on a base that holds. */
  private CompletionStage<KvResult.GetDone> record(Base base, long id) {
    return store.found(base, base.places().session(id), ReadLevel.LINEARIZABLE);
  }

  /** From any thread. */
  CompletionStage<List<SessionInfo>> list() {
    return store.on(
        base ->
            store
                .found(base, base.places().allSessions())
                .thenApply(
                    read ->
                        read.entries().stream()
                            .map(
                                e ->
                                    SessionRecord.decode(e.value())
                                        .info(base.places().sessionAt(e.key())))
                            .toList()));
  }

  /** From any thread. */
  CompletionStage<Boolean> end(long id) {
    return store.on(
        base ->
            record(base, id)
                .thenCompose(
                    found ->
                        found.entry() == null
                            ? CompletableFuture.completedFuture(false)
                            : remove(base, id, found.entry().lease()).thenApply(done -> true)));
  }

  /**
   * Ends a session: first its record goes, unless all is sealed, then in one revision what it owns. Can be
   * asked for again. From any thread.
   */
  CompletionStage<Void> remove(Base base, long id, long lease) {
    return store
        .execute(base, KvCommand.delete(base.places().session(id)), KvResult.Deleted.class)
        .thenCompose(gone -> store.access.closeSession(lease))
        .thenAccept(
            outcome -> {
              if (!(outcome instanceof Outcome.Committed)) {
                throw Failures.failure(
                    CoordinationException.Code.INDETERMINATE,
                    "what the session owns may be there yet: "
                        + Failures.of(outcome, true).getMessage());
              }
            });
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
  CompletionStage<Long> leaseOf(Base base, long id) {
    return record(base, id)
        .thenApply(
            found -> {
              if (found.entry() == null) {
                return null;
              }
              long lease = found.entry().lease();
              OnEnd onEnd = SessionRecord.decode(found.entry().value()).onEnd();
              return onEnd == OnEnd.RELEASE ? -lease : lease;
            });
  }

  // ---- keeping alive --------------------------------------------------------------------------

  private void tick() {
    if (!over) {
      tick = store.access.after(TICK_MS, this::renew);
    }
  }

  private void renew() {
    long now = nowMs();
    List<Session> due = held.values().stream().filter(s -> s.isDue(now)).toList();
    if (!due.isEmpty() && !renewing) {
      renewing = true;
      renew(due).whenCompleteAsync((gone, problem) -> renewing = false, store.access.loop());
    }
    if (!held.isEmpty()) {
      tick();
    }
  }

  /** Starts TTLs anew; those that are gone are told so, and returned. */
  CompletionStage<List<Session>> renew(List<Session> sessions) {
    long asked = nowMs();
    return store
        .keepAlive(sessions.stream().map(Session::lease).toList())
        .thenApplyAsync(
            ended -> {
              List<Session> gone =
                  sessions.stream().filter(s -> ended.contains(s.lease())).toList();
              gone.forEach(s -> ended(s, store.isOn(s.base()) ? EXPIRED : DETACHED));
              sessions.forEach(s -> s.renewed(asked));
              return gone;
            },
            store.access.loop());
  }

  long nowMs() {
    return store.surroundings.nowMs();
  }

  void ended(Session session, SessionEnd how) {
    if (held.remove(session.id(), session)) {
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
    detach();
  }

  /** Leaves them as they are; they can be resumed wherever they are. */
  void detach() {
    List.copyOf(held.values()).forEach(session -> ended(session, DETACHED));
  }
}
