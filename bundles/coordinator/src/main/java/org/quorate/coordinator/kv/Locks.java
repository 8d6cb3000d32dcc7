package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockOutcome;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Scope;

/** The locks of this coordinator's sessions, and what everybody may see and do of locks. */
final class Locks {
  private final Store store;
  private final Set<Claim> claims = new LinkedHashSet<>(); // on the loop
  private final Map<FencingToken, Claim> held = new LinkedHashMap<>(); // on the loop

  Locks(Store store) {
    this.store = store;
  }

  Store store() {
    return store;
  }

  Executor loop() {
    return store.access.loop();
  }

  // ---- of this coordinator; on the loop -------------------------------------------------------

  CompletionStage<LockOutcome> ask(Session session, LockSpec spec) {
    Claim claim = new Claim(this, session, spec, session.slots().take());
    claims.add(claim);
    return claim.ask();
  }

  /** Takes up a claim that the session has. */
  CompletionStage<LockOutcome> adopt(Session session, LockSpec spec, FencingToken token) {
    Claim own = held.get(token);
    if (own != null && own.name().equals(spec.name()) && own.ofSession() == session) {
      return CompletableFuture.completedFuture(new LockOutcome.Granted(own));
    }
    Base base = session.base();
    return store
        .found(base, base.places().claims(spec.name()))
        .thenComposeAsync(
            read -> {
              KvEntry claimed =
                  read.entries().stream()
                      .filter(e -> base.token(e).equals(token))
                      .filter(e -> Places.claimantAt(e.key()) == session.id())
                      .findAny()
                      .orElseThrow(
                          () ->
                              Failures.failure(
                                  CoordinationException.Code.LOCK_LOST,
                                  "the session has no claim of the lock with the token " + token));
              Claim claim = new Claim(this, session, spec, claimed);
              claims.add(claim);
              return claim.goOn(read.entries(), read.revision());
            },
            loop());
  }

  void held(Claim claim) {
    held.put(claim.token(), claim);
  }

  void gone(Claim claim) {
    claims.remove(claim);
    held.remove(claim.token(), claim);
  }

  void sessionEnded(Session session) {
    for (Claim claim : List.copyOf(claims)) {
      if (claim.ofSession() == session) {
        claim.stop(Failures.expired(session.id()));
      }
    }
  }

  void close() {
    List.copyOf(claims).forEach(claim -> claim.stop(Failures.closed()));
  }

  // ---- of everybody ---------------------------------------------------------------------------

  /** The claim that holds a lock with a token, as a condition; null if none does. On the loop. */
  CompletionStage<Compare> holding(Base base, String lock, FencingToken token) {
    Claim own = held.get(token);
    if (own != null && own.name().equals(lock)) {
      return CompletableFuture.completedFuture(own.same());
    }
    return line(base, lock)
        .thenApply(
            line ->
                !line.isEmpty() && base.token(line.get(0)).equals(token)
                    ? same(line.get(0))
                    : null);
  }

  /** That a claim is there yet. */
  private static Compare same(KvEntry claim) {
    return Translation.number(claim.key(), Compare.Target.CREATE, claim.createRevision());
  }

  private CompletionStage<List<KvEntry>> line(Base base, String lock) {
    return store
        .found(base, base.places().claims(lock))
        .thenApply(read -> inOrder(base, read.entries()));
  }

  static List<KvEntry> inOrder(Base base, List<KvEntry> entries) {
    return entries.stream().sorted(Comparator.comparing(base::token)).toList();
  }

  /**
   * What others see of a lock.
   *
   * @param line in any order
   */
  static LockInfo info(Base base, String lock, List<KvEntry> line) {
    List<LockInfo.Claim> shown =
        inOrder(base, line).stream().map(entry -> ClaimRecord.shown(entry, base)).toList();
    return shown.isEmpty()
        ? new LockInfo(lock, null, List.of())
        : new LockInfo(lock, shown.get(0), shown.subList(1, shown.size()));
  }

  CompletionStage<List<LockInfo>> list(Scope scope) {
    return store.on(
        base ->
            store
                .found(base, base.places().locks(scope))
                .thenApply(read -> infos(base, read.entries())));
  }

  /** All locks that there are claims of, in the order of the claims. */
  static List<LockInfo> infos(Base base, List<KvEntry> claims) {
    Map<String, List<KvEntry>> lines = new LinkedHashMap<>();
    for (KvEntry entry : claims) {
      lines.computeIfAbsent(base.places().lockAt(entry.key()), k -> new ArrayList<>()).add(entry);
    }
    List<LockInfo> locks = new ArrayList<>();
    lines.forEach((lock, line) -> locks.add(info(base, lock, line)));
    return locks;
  }

  CompletionStage<Boolean> force(String lock, FencingToken token, String by, String reason) {
    return store.on(
        base ->
            line(base, lock)
                .thenCompose(
                    line ->
                        line.isEmpty() || !base.token(line.get(0)).equals(token)
                            ? CompletableFuture.completedFuture(false)
                            : force(base, lock, line.get(0), by, reason)));
  }

  private CompletionStage<Boolean> force(
      Base base, String lock, KvEntry holder, String by, String reason) {
    LockInfo.Claim claim = ClaimRecord.shown(holder, base);
    long nowMs = store.surroundings.wallMs();
    ForcedRelease release = new ForcedRelease(lock, claim, by, reason, nowMs);
    Places places = base.places();
    KvCommand note =
        new KvCommand.PutNext(places.forced(), places.forcedCounter(), encode(release), 0);
    KvCommand take =
        new KvCommand.Txn(
            List.of(same(holder)), List.of(KvCommand.delete(holder.key()), note), List.of());
    return store
        .execute(base, take, KvResult.TxnDone.class)
        .thenApply(
            done -> {
              if (done.succeeded()) {
                trim(base, ((KvResult.Numbered) done.results().get(1)).key());
              }
              return done.succeeded();
            });
  }

  /** Forgets what is too old; the next one does it if this fails. */
  private void trim(Base base, Bytes latest) {
    Places places = base.places();
    long oldest = places.forcedAt(latest) - CoordinationLimits.FORCED_RELEASES + 1;
    if (oldest > 0) {
      KeyRange old = new KeyRange(places.forced(), places.forced(oldest));
      store.execute(base, new KvCommand.Delete(old, false), KvResult.Deleted.class);
    }
  }

  CompletionStage<List<ForcedRelease>> forced(int limit) {
    return store.on(
        base -> {
          KvQuery.Range newest =
              new KvQuery.Range(base.places().allForced(), limit, 0, true, false, false);
          return store
              .read(newest, ReadLevel.LINEARIZABLE, KvResult.RangeDone.class)
              .thenCompose(
                  done ->
                      store
                          .holds(base, done.revision())
                          .thenApply(
                              holds ->
                                  done.entries().stream().map(e -> forced(e.value())).toList()));
        });
  }

  static Bytes encode(ForcedRelease release) {
    LockInfo.Claim holder = release.holder();
    Encoder record = new Encoder();
    record.text(release.lock()).text(release.by()).text(release.reason()).varint(release.atMs());
    record.varint(holder.token().epoch()).varint(holder.token().counter());
    record.varint(holder.session()).raw(ClaimRecord.of(holder).encode());
    return record.take();
  }

  static ForcedRelease forced(Bytes record) {
    Decoder in = new Decoder(record);
    String lock = in.text();
    String by = in.text();
    String reason = in.text();
    long atMs = in.varint();
    FencingToken token = new FencingToken(in.varint(), in.varint());
    long session = in.varint();
    ClaimRecord claim = ClaimRecord.decode(in);
    LockInfo.Claim holder =
        new LockInfo.Claim(
            token,
            session,
            claim.sessionName(),
            claim.purpose(),
            claim.askedAtMs(),
            claim.heldSinceMs());
    return new ForcedRelease(lock, holder, by, reason, atMs);
  }
}
