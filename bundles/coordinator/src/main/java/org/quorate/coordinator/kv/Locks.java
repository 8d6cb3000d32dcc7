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
  private final long epoch;
  private final Set<Claim> claims = new LinkedHashSet<>(); // on the loop
  private final Map<FencingToken, Claim> held = new LinkedHashMap<>(); // on the loop

  Locks(Store store, long epoch) {
    this.store = store;
    this.epoch = epoch;
  }

  Store store() {
    return store;
  }

  long epoch() {
    return epoch;
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

  /** Where the claim is that holds a lock with a token; null if none does. On the loop. */
  CompletionStage<Bytes> holding(String lock, FencingToken token) {
    Claim own = held.get(token);
    if (own != null && own.name().equals(lock)) {
      return CompletableFuture.completedFuture(own.place());
    }
    return line(lock)
        .thenApply(
            line ->
                !line.isEmpty()
                        && token.epoch() == epoch
                        && line.get(0).createRevision() == token.counter()
                    ? line.get(0).key()
                    : null);
  }

  private CompletionStage<List<KvEntry>> line(String lock) {
    return store.all(Places.claims(lock), ReadLevel.LINEARIZABLE).thenApply(Locks::inOrder);
  }

  static List<KvEntry> inOrder(List<KvEntry> entries) {
    return entries.stream().sorted(Comparator.comparingLong(KvEntry::createRevision)).toList();
  }

  static LockInfo info(String lock, List<KvEntry> line, long epoch) {
    List<LockInfo.Claim> shown =
        line.stream().map(entry -> ClaimRecord.shown(entry, epoch)).toList();
    return shown.isEmpty()
        ? new LockInfo(lock, null, List.of())
        : new LockInfo(lock, shown.get(0), shown.subList(1, shown.size()));
  }

  CompletionStage<List<LockInfo>> list(Scope scope) {
    return store
        .all(Places.locks(scope), ReadLevel.LINEARIZABLE)
        .thenApply(
            entries -> {
              Map<String, List<KvEntry>> lines = new LinkedHashMap<>();
              for (KvEntry entry : entries) {
                lines
                    .computeIfAbsent(Places.lockAt(entry.key()), k -> new ArrayList<>())
                    .add(entry);
              }
              List<LockInfo> locks = new ArrayList<>();
              lines.forEach((lock, line) -> locks.add(info(lock, inOrder(line), epoch)));
              return locks;
            });
  }

  CompletionStage<Boolean> force(String lock, FencingToken token, String by, String reason) {
    return line(lock)
        .thenCompose(
            line -> {
              KvEntry holder = line.isEmpty() ? null : line.get(0);
              if (holder == null
                  || token.epoch() != epoch
                  || holder.createRevision() != token.counter()) {
                return CompletableFuture.completedFuture(false);
              }
              return force(lock, holder, by, reason);
            });
  }

  private CompletionStage<Boolean> force(String lock, KvEntry holder, String by, String reason) {
    Encoder record = new Encoder();
    record.text(lock).text(by).text(reason).varint(System.currentTimeMillis());
    record.varint(epoch).varint(holder.createRevision());
    record.varint(Places.claimantAt(holder.key())).raw(holder.value());
    Compare same = Translation.number(holder.key(), Compare.Target.CREATE, holder.createRevision());
    KvCommand note = new KvCommand.PutNext(Places.FORCED, Places.FORCED_COUNTER, record.take(), 0);
    return store
        .execute(
            new KvCommand.Txn(
                List.of(same), List.of(KvCommand.delete(holder.key()), note), List.of()),
            KvResult.TxnDone.class)
        .thenApply(
            done -> {
              if (done.succeeded()) {
                trim(((KvResult.Numbered) done.results().get(1)).key());
              }
              return done.succeeded();
            });
  }

  /** Forgets what is too old; the next one does it if this fails. */
  private void trim(Bytes latest) {
    long number = Long.parseLong(latest.from(Places.FORCED.length()).utf8());
    long oldest = number - CoordinationLimits.FORCED_RELEASES + 1;
    if (oldest > 0) {
      Bytes end = Places.FORCED.concat(Bytes.utf8(String.format("%010d", oldest)));
      store.execute(
          new KvCommand.Delete(new KeyRange(Places.FORCED, end), false), KvResult.Deleted.class);
    }
  }

  CompletionStage<List<ForcedRelease>> forced(int limit) {
    KvQuery.Range newest =
        new KvQuery.Range(KeyRange.prefix(Places.FORCED), limit, 0, true, false, false);
    return store
        .query(newest, ReadLevel.LINEARIZABLE, KvResult.RangeDone.class)
        .thenApply(done -> done.entries().stream().map(e -> forced(e.value())).toList());
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
