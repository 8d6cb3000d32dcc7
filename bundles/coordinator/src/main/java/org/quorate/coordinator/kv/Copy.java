package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Inventory.KeptSession;
import org.quorate.spi.coordination.InventoryDifference;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec.OnEnd;

/**
 * A copy of what another provider keeps, in the places of the next base, where nobody looks before it is
 * the base. Sessions in it are leases that are kept alive; one that ends all the same takes with it what
 * it owns, so it is missing then and made anew. On the group's loop.
 */
final class Copy {
  /** Of one command: commands in it, and bytes of keys and values. */
  private static final int BATCH = 500;

  private static final long BATCH_BYTES = 384 << 10;

  /** Leases that are opened at once. */
  private static final int OPENING = 64;

  /** Leases that are kept alive by one command. */
  private static final int RENEWING = 1_000;

  private final Store store;
  private final Moving moving;
  private final Base base;
  private final Bytes taker;
  private final Places places;
  private final Map<Long, Staged> sessions = new HashMap<>();
  private Inventory there; // null while it is not known
  private long begunAt;

  /** The lease of a session. */
  private static final class Staged {
    private final long lease;
    private final SessionInfo info;
    private long renewedMs;

    Staged(long lease, SessionInfo info, long nowMs) {
      this.lease = lease;
      this.info = info;
      this.renewedMs = nowMs;
    }

    boolean isDue(long nowMs) {
      return nowMs - renewedMs >= info.ttlMs() / 3;
    }

    long leaseOfKeys() {
      return info.onEnd() == OnEnd.RELEASE ? -lease : lease;
    }
  }

  /**
   * @param base the present one
   * @param taker who makes it
   */
  Copy(Store store, Moving moving, Base base, Bytes taker) {
    this.store = store;
    this.moving = moving;
    this.base = base;
    this.taker = taker;
    this.places = new Places(base.stored().number() + 1);
  }

  Base base() {
    return base;
  }

  /** It was begun, or gone on with, at a revision: what was asked for before is not done any more. */
  void begun(long revision) {
    begunAt = revision;
  }

  /** That nobody has begun to take something in since. */
  Compare mine() {
    return Compare.unchanged(Places.TAKER, begunAt);
  }

  /** What is there is not known any more. */
  void doubt() {
    there = null;
  }

  /** Makes it what is wanted, by writing what is different. */
  CompletionStage<Void> become(Inventory wanted) {
    return known()
        .thenCompose(
            known -> {
              InventoryDifference difference = InventoryDifference.between(known, wanted);
              there = null;
              List<Long> leases = dropped(difference);
              return open(difference.added().sessions(), 0)
                  .thenCompose(opened -> write(commands(difference, leases), 0))
                  .thenCompose(written -> moving.end(leases));
            })
        .thenAccept(written -> there = wanted);
  }

  private CompletionStage<Inventory> known() {
    if (there != null) {
      return CompletableFuture.completedFuture(there);
    }
    Base.Stored stored = new Base.Stored(base.stored().number() + 1, 0, 0, 0, taker);
    sessions.clear();
    return store
        .base(stored, Long.MAX_VALUE, 0)
        .thenCompose(copied -> Contents.read(store, copied))
        .thenApply(
            found -> {
              Inventory inventory = found.inventory(0);
              Map<Long, Long> leases = found.leases();
              for (KeptSession kept : inventory.sessions()) {
                SessionInfo info = kept.info();
                sessions.put(
                    info.id(), new Staged(leases.get(info.id()), info, store.surroundings.nowMs()));
              }
              return inventory;
            });
  }

  // ---- sessions -------------------------------------------------------------------------------

  /** Leases that go, once nothing is written with them any more and it is certain that they may. */
  private List<Long> dropped(InventoryDifference difference) {
    return difference.sessions().stream().map(id -> sessions.remove(id).lease).toList();
  }

  private static CompletionStage<Void> all(List<CompletionStage<?>> stages) {
    return CompletableFuture.allOf(
        stages.stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture<?>[]::new));
  }

  private CompletionStage<Void> open(List<KeptSession> added, int at) {
    if (at >= added.size()) {
      return CompletableFuture.completedFuture(null);
    }
    List<CompletionStage<?>> opening = new ArrayList<>();
    for (KeptSession kept : added.subList(at, Math.min(added.size(), at + OPENING))) {
      SessionInfo info = kept.info();
      opening.add(
          store
              .openLease(info.ttlMs())
              .thenAccept(
                  lease ->
                      sessions.put(
                          info.id(), new Staged(lease, info, store.surroundings.nowMs()))));
    }
    return all(opening).thenComposeAsync(opened -> open(added, at + OPENING), store.access.loop());
  }

  /**
   * Keeps sessions alive.
   *
   * @param all also those that are not due
   * @return whether none has ended
   */
  CompletionStage<Boolean> renew(boolean all) {
    long now = store.surroundings.nowMs();
    List<Staged> due = sessions.values().stream().filter(s -> all || s.isDue(now)).toList();
    CompletionStage<Boolean> renewed = CompletableFuture.completedFuture(true);
    for (int i = 0; i < due.size(); i += RENEWING) {
      List<Staged> some = due.subList(i, Math.min(due.size(), i + RENEWING));
      renewed =
          renewed.thenCompose(
              before ->
                  store
                      .keepAlive(some.stream().map(s -> s.lease).toList())
                      .thenApplyAsync(gone -> renewed(some, gone) && before, store.access.loop()));
    }
    return renewed;
  }

  private boolean renewed(List<Staged> some, List<Long> gone) {
    some.forEach(s -> s.renewedMs = store.surroundings.nowMs());
    if (!gone.isEmpty()) {
      doubt();
    }
    return gone.isEmpty();
  }

  // ---- what is written ------------------------------------------------------------------------

  private List<KvCommand> commands(InventoryDifference difference, List<Long> leases) {
    Inventory added = difference.added();
    List<KvCommand> all = new ArrayList<>();
    for (String key : difference.keys()) {
      all.add(KvCommand.delete(places.key(key)));
      all.add(KvCommand.delete(places.moved(key)));
    }
    difference.numbers().forEach(prefix -> all.add(KvCommand.delete(places.counter(prefix))));
    difference.locks().forEach(lock -> all.add(new KvCommand.Delete(places.claims(lock), false)));
    difference.sessions().forEach(id -> all.add(KvCommand.delete(places.session(id))));
    leases.forEach(lease -> all.add(KvCommand.delete(places.owner(lease))));
    added.sessions().forEach(session -> session(session, all));
    added.keys().forEach(entry -> key(entry, all));
    added.numbers().forEach((prefix, next) -> all.add(number(places.counter(prefix), next)));
    added.locks().forEach(lock -> lock(lock, all));
    if (difference.forced()) {
      forced(added.forced(), all);
    }
    return all;
  }

  private static KvCommand number(Bytes key, long number) {
    return KvCommand.put(key, Bytes.utf8(Long.toString(number)));
  }

  private void session(KeptSession kept, List<KvCommand> all) {
    SessionInfo info = kept.info();
    SessionRecord record =
        new SessionRecord(
            kept.proof(),
            info.name(),
            info.client(),
            info.ttlMs(),
            info.onEnd(),
            info.openedAtMs());
    long lease = sessions.get(info.id()).lease;
    all.add(new KvCommand.Put(places.session(info.id()), record.encode(), lease, false));
    all.add(KvCommand.put(places.owner(lease), Bytes.ofLong(info.id())));
  }

  /** Deleted first: what came with it counts from its first version here. */
  private void key(KeyEntry entry, List<KvCommand> all) {
    Bytes place = places.key(entry.key());
    all.add(KvCommand.delete(place));
    long lease = entry.owner() == 0 ? 0 : sessions.get(entry.owner()).leaseOfKeys();
    all.add(new KvCommand.Put(place, entry.value(), lease, false));
    all.add(KvCommand.put(places.moved(entry.key()), Numbers.of(entry).encode()));
  }

  private void lock(LockInfo lock, List<KvCommand> all) {
    List<LockInfo.Claim> line = new ArrayList<>();
    line.add(lock.holder());
    line.addAll(lock.waiting());
    for (LockInfo.Claim claim : line) {
      Bytes place = places.claim(lock.name(), claim.session(), claim.token().counter());
      long lease = sessions.get(claim.session()).lease;
      all.add(new KvCommand.Put(place, ClaimRecord.of(claim).encode(), lease, false));
    }
  }

  private void forced(List<ForcedRelease> newestFirst, List<KvCommand> all) {
    all.add(new KvCommand.Delete(places.allForced(), false));
    int count = newestFirst.size();
    for (int i = 0; i < count; i++) {
      all.add(KvCommand.put(places.forced(i), Locks.encode(newestFirst.get(count - 1 - i))));
    }
    all.add(number(places.forcedCounter(), count));
  }

  /** Batch by batch. */
  private CompletionStage<Void> write(List<KvCommand> commands, int at) {
    if (at == commands.size()) {
      return CompletableFuture.completedFuture(null);
    }
    int end = at;
    long bytes = 0;
    while (end < commands.size() && end - at < BATCH && bytes <= BATCH_BYTES) {
      bytes += size(commands.get(end++));
    }
    int next = end;
    KvCommand batch = new KvCommand.Txn(List.of(mine()), commands.subList(at, end), List.of());
    return store
        .evenIfSealed(batch, KvResult.TxnDone.class)
        .thenCompose(
            done -> {
              if (!done.succeeded()) {
                throw notMine();
              }
              return write(commands, next);
            });
  }

  private static long size(KvCommand command) {
    return command instanceof KvCommand.Put put ? put.key().length() + put.value().length() : 64;
  }

  static RuntimeException notMine() {
    return Failures.failure(
        Code.INVALID,
        "nothing is being taken in here by this coordinator: it was given up, or somebody else"
            + " has begun to");
  }
}
