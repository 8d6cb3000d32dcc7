package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.Gtid;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/** Commands and queries of the group. Thread-safe. */
final class Store {
  private static final List<KvCommand> WHY_SEALED =
      List.of(new KvCommand.Read(KvQuery.get(Places.SEAL)));

  /** What all that waits for changes has to be told of. */
  private static final List<KeyRange> DECISIVE =
      List.of(KeyRange.single(Places.BASE), KeyRange.single(Places.MOVED));

  private static final long PAUSE_MS = 50;

  /** How often to look at the base where no watch of it is kept. */
  private static final long UNWATCHED_MS = 2_000;

  /** How often a request begins anew because the base was replaced under it. */
  private static final int ATTEMPTS = 4;

  final GroupAccess access;
  final Surroundings surroundings;
  final Control control = new Control(this);
  private final long epoch;
  private final AtomicReference<Gtid> seen = new AtomicReference<>();

  /** Histories that a forced recovery has ended. */
  private final Set<Long> over = ConcurrentHashMap.newKeySet();

  private volatile CompletionStage<Base> base;
  private Runnable baseWatch = () -> {}; // on the loop
  private boolean watched; // on the loop
  private Runnable replaced = () -> {};
  private Consumer<CoordinationException> moved = why -> {};
  private volatile boolean closed;

  /**
   * @param epoch for fencing tokens
   */
  Store(GroupAccess access, long epoch, Surroundings surroundings) {
    this.access = access;
    this.surroundings = surroundings;
    this.epoch = epoch;
  }

  // ---- the loop -------------------------------------------------------------------------------

  /** Does something on the loop; fails with CLOSED where nothing is done any more. */
  <T> CompletionStage<T> onLoop(Supplier<CompletionStage<T>> request) {
    try {
      return CompletableFuture.supplyAsync(request, access.loop()).thenCompose(stage -> stage);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(Failures.closed());
    }
  }

  /** Does something on the loop; false where nothing is done any more. */
  boolean later(Runnable task) {
    try {
      access.loop().execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  // ---- what numbers mean ----------------------------------------------------------------------

  /** Does something on the base; anew, should another one take its place meanwhile. */
  <T> CompletionStage<T> on(Function<Base, CompletionStage<T>> request) {
    return on(request, ATTEMPTS);
  }

  private <T> CompletionStage<T> on(Function<Base, CompletionStage<T>> request, int attempts) {
    CompletionStage<Base> known = base;
    CompletionStage<Base> used = known == null ? load() : known;
    CompletableFuture<T> done = new CompletableFuture<>();
    used.thenCompose(request)
        .whenComplete(
            (result, problem) -> {
              if (problem == null) {
                done.complete(result);
                return;
              }
              CoordinationException failure = Failures.cause(problem);
              boolean replaced = Failures.isReplaced(failure);
              if (replaced || used.toCompletableFuture().isCompletedExceptionally()) {
                forget(used, replaced);
              }
              if (replaced && attempts > 1) {
                on(request, attempts - 1)
                    .whenComplete((again, failed) -> settle(done, again, failed));
              } else {
                done.completeExceptionally(failure);
              }
            });
    return done;
  }

  private static <T> void settle(CompletableFuture<T> done, T result, Throwable problem) {
    if (problem == null) {
      done.complete(result);
    } else {
      done.completeExceptionally(problem);
    }
  }

  /**
   * @param listener told, on the loop, when the base was replaced; set before anything else is asked for
   */
  void onReplaced(Runnable listener) {
    replaced = listener;
  }

  /**
   * @param listener told, on the loop, that all has gone on elsewhere; set before anything else is asked for
   */
  void onMoved(Consumer<CoordinationException> listener) {
    moved = listener;
  }

  private synchronized CompletionStage<Base> load() {
    if (base == null) {
      CompletionStage<Base> loading = control.at(0).thenCompose(this::base);
      base = loading;
      loading.thenAcceptAsync(found -> watchBase(loading, found.validAt()), access.loop());
    }
    return base;
  }

  private CompletionStage<Base> base(Control.Seen found) {
    KvEntry entry = found.base();
    CompletionStage<Base> loaded =
        entry == null
            ? CompletableFuture.completedFuture(tables(Base.Stored.NONE, 0, List.of(), List.of()))
            : base(Base.Stored.decode(entry.value()), entry.modRevision(), found.revision());
    return loaded.thenApply(
        base -> {
          base.holdsAt(found.revision());
          return base;
        });
  }

  /** Lets what waits for changes know of another base; reads and commands find out by themselves. */
  private void watchBase(CompletionStage<Base> known, long version) {
    if (!closed && base == known) {
      watched = true;
      baseWatch = access.watch(DECISIVE, version, touched -> lookAtBase(known, touched));
    }
  }

  private void lookAtBase(CompletionStage<Base> known, long version) {
    watched = false;
    if (version == GroupAccess.TOO_MANY) { // reads and commands find out all the same
      baseWatch = access.after(UNWATCHED_MS, () -> lookAtBase(known, 0));
      return;
    }
    known
        .thenCompose(held -> control.at(version).thenApply(found -> holds(held, found)))
        .whenCompleteAsync(
            (found, problem) -> {
              if (problem == null) {
                tell(found);
                watchBase(known, found.revision());
              } else if (Failures.isReplaced(Failures.cause(problem))) {
                forget(known, true);
              } else if (!closed) {
                baseWatch = access.after(PAUSE_MS, () -> lookAtBase(known, 0));
              }
            },
            access.loop());
  }

  private void tell(Control.Seen found) {
    if (found.moved() != null && !control.isLookingBack()) {
      moved.accept(found.refusal());
    }
  }

  /** On the loop. */
  void close() {
    closed = true;
    baseWatch.run();
  }

  /**
   * A base with all that came.
   *
   * @param revision of the group to read it at
   */
  CompletionStage<Base> base(Base.Stored stored, long at, long revision) {
    Places places = new Places(stored.number());
    return all(places.allMoved(), revision)
        .thenCombine(
            all(places.allOwners(), revision),
            (moved, owners) -> tables(stored, at, moved, owners));
  }

  private Base tables(Base.Stored stored, long at, List<KvEntry> moved, List<KvEntry> owners) {
    Places places = new Places(stored.number());
    TreeMap<String, Numbers> numbers = new TreeMap<>();
    moved.forEach(e -> numbers.put(places.movedAt(e.key()), Numbers.decode(e.value())));
    Map<Long, Long> sessions = new HashMap<>();
    owners.forEach(e -> sessions.put(places.ownerAt(e.key()), e.value().longAt(0)));
    return new Base(stored, at, epoch, numbers, sessions);
  }

  private synchronized void forget(CompletionStage<Base> old, boolean anotherIsThere) {
    if (base == old) {
      base = null;
      if (anotherIsThere) {
        later(replaced);
      }
    }
  }

  /**
   * Completes if the base holds at a revision, which is that of an answer which was empty. One that was
   * not tells it by itself: a base is replaced when nothing is left in its places.
   */
  CompletionStage<Void> holds(Base base, long revision) {
    return revision <= base.validAt()
        ? CompletableFuture.completedFuture(null)
        : control.at(revision).thenAccept(found -> holds(base, found));
  }

  /** Whether a base was not replaced when that was looked at last. */
  boolean isOn(Base base) {
    return control.last().baseAt() == base.at();
  }

  private static Control.Seen holds(Base base, Control.Seen found) {
    if (found.baseAt() != base.at()) {
      throw Failures.replaced();
    }
    base.holdsAt(found.revision());
    return found;
  }

  // ---- commands -------------------------------------------------------------------------------

  /** Changes something, unless what is kept here is sealed or the base is another. */
  <T extends KvResult> CompletionStage<T> execute(Base base, KvCommand command, Class<T> answer) {
    List<Compare> guard = List.of(Compare.absent(Places.SEAL), same(base));
    KvCommand guarded = new KvCommand.Txn(guard, List.of(command), WHY_SEALED);
    return evenIfSealed(guarded, KvResult.TxnDone.class)
        .thenApply(
            done -> {
              KvResult result = done.results().get(0);
              if (done.succeeded()) {
                base.holdsAt(done.revision());
                control.hereAt(done.revision());
                return cast(result, answer);
              }
              KvEntry seal = ((KvResult.GetDone) result).entry();
              if (seal == null) {
                throw Failures.replaced();
              }
              throw CoordinationException.sealed(seal.value().utf8());
            });
  }

  /** That a base has not been replaced. */
  static Compare same(Base base) {
    return Compare.unchanged(Places.BASE, base.at());
  }

  <T extends KvResult> CompletionStage<T> evenIfSealed(KvCommand command, Class<T> answer) {
    return access
        .propose(command.encode())
        .thenApply(
            outcome -> {
              if (outcome instanceof Outcome.Committed committed) {
                saw(committed.gtid());
                return decoded(committed.result(), answer);
              }
              throw Failures.of(outcome, false);
            });
  }

  /**
   * Asks for what clients are told, unless all has gone on elsewhere: then it fails as sealed. One that
   * reaches for a version is asked together with what tells that.
   */
  <T extends KvResult> CompletionStage<T> read(KvQuery query, ReadLevel level, Class<T> answer) {
    CompletionStage<ReadOutcome> asked = access.read(query.encode(), level);
    if (level instanceof ReadLevel.Causal reached && !control.isHere(reached.gtid().version())) {
      control.at(reached.gtid().version());
    }
    return asked.thenCompose(
        outcome -> {
          ReadOutcome.Answered found = answered(outcome);
          long version = found.gtid().version();
          return control.isHere(version)
              ? CompletableFuture.completedFuture(decoded(found.result(), answer))
              : control.here(version).thenApply(here -> decoded(found.result(), answer));
        });
  }

  /** Asks the group, also when all has gone on elsewhere. */
  <T extends KvResult> CompletionStage<T> query(KvQuery query, ReadLevel level, Class<T> answer) {
    return access
        .read(query.encode(), level)
        .thenApply(outcome -> decoded(answered(outcome).result(), answer));
  }

  private ReadOutcome.Answered answered(ReadOutcome outcome) {
    if (outcome instanceof ReadOutcome.Answered found) {
      saw(found.gtid());
      if (over.contains(found.gtid().historyId())) {
        throw Failures.failure(
            Code.UNAVAILABLE,
            "the answer is of a history that a forced recovery has ended: " + found.gtid());
      }
      return found;
    }
    throw Failures.of(((ReadOutcome.Unanswered) outcome).why(), true);
  }

  /** Told of a change, with what a query finds then; with null if that has to be asked for. */
  interface Sight<T> {
    void changed(long version, T found);
  }

  /** Waits for a change, and reads where it is seen: see {@link GroupAccess#watch}. On the loop. */
  <T extends KvResult> Runnable watch(
      List<KeyRange> keys, long version, KvQuery query, Class<T> answer, Sight<T> then) {
    return access.watch(
        keys,
        version,
        query.encode(),
        (reached, seen) -> then.changed(reached, seen == null ? null : sighted(seen, answer)));
  }

  /**
   * What came with a notice counts if all is here at its version; also if it would have been told before,
   * that it is not, since notices come in the order of the changes. Else it has to be asked for.
   */
  private <T extends KvResult> T sighted(ReadOutcome.Answered seen, Class<T> answer) {
    if (!watched && !control.isHere(seen.gtid().version())) {
      return null;
    }
    try {
      T found = decoded(seen.result(), answer);
      saw(seen.gtid());
      return found;
    } catch (CoordinationException e) {
      return null; // whoever asks is told the same
    }
  }

  private static <T extends KvResult> T decoded(Bytes encoded, Class<T> answer) {
    KvResult result;
    try {
      result = KvResult.decode(encoded);
    } catch (MalformedException e) {
      throw new CoordinationException(Code.BROKEN, e.getMessage(), e);
    }
    if (result instanceof KvResult.Failed failed) {
      throw Failures.of(failed);
    }
    return cast(result, answer);
  }

  private static <T extends KvResult> T cast(KvResult result, Class<T> answer) {
    if (!answer.isInstance(result)) {
      throw new CoordinationException(Code.BROKEN, "the group answered " + result);
    }
    return answer.cast(result);
  }

  /** Opens a lease. */
  CompletionStage<Long> openLease(long ttlMs) {
    return access
        .openSession(ttlMs)
        .thenApply(
            outcome -> {
              if (outcome instanceof Outcome.Committed committed) {
                return committed.result().longAt(0);
              }
              throw Failures.of(outcome, true);
            });
  }

  /** Starts the TTL of leases anew; returns those that are gone, unless all has gone on elsewhere. */
  CompletionStage<List<Long>> keepAlive(List<Long> leases) {
    return access
        .keepAlive(leases)
        .thenCompose(
            outcome -> {
              if (outcome instanceof Outcome.Committed committed) {
                List<Long> gone = new Decoder(committed.result()).list(Decoder::i64);
                long version = committed.gtid().version();
                return gone.isEmpty()
                    ? CompletableFuture.completedFuture(gone)
                    : control
                        .at(version)
                        .thenCompose(seen -> control.here(version))
                        .thenApply(here -> gone);
              }
              throw Failures.of(outcome, true);
            });
  }

  /** The entry of a key, or null. */
  CompletionStage<KvEntry> get(Bytes key, ReadLevel level) {
    return query(KvQuery.get(key), level, KvResult.GetDone.class)
        .thenApply(KvResult.GetDone::entry);
  }

  /** All entries of a range, which a base has at that revision, to be told to clients. */
  CompletionStage<Read> found(Base base, KeyRange keys) {
    return found(base, keys, ReadLevel.LINEARIZABLE);
  }

  /** The same at a revision that the level says. */
  CompletionStage<Read> found(Base base, KeyRange keys, ReadLevel level) {
    return all(keys, level)
        .thenCompose(read -> control.here(read.revision()).thenApply(here -> read))
        .thenCompose(
            read ->
                read.entries().isEmpty()
                    ? holds(base, read.revision()).thenApply(holds -> read)
                    : CompletableFuture.completedFuture(read));
  }

  /** A key as a base has it, to be told to clients. */
  CompletionStage<KvResult.GetDone> found(Base base, Bytes key, ReadLevel level) {
    return read(KvQuery.get(key), level, KvResult.GetDone.class)
        .thenCompose(
            found ->
                found.entry() != null
                    ? CompletableFuture.completedFuture(found)
                    : holds(base, found.revision()).thenApply(holds -> found));
  }

  /** Entries as they were at a revision. */
  record Read(long revision, List<KvEntry> entries) {}

  /** All entries of a range, read page by page at one revision. */
  CompletionStage<Read> all(KeyRange keys) {
    return all(keys, ReadLevel.LINEARIZABLE);
  }

  /** The same at a revision that the level says. */
  CompletionStage<Read> all(KeyRange keys, ReadLevel level) {
    return pages(KvQuery.range(keys, 0), level, new ArrayList<>());
  }

  /** All entries of a range at a revision of the group that was read. */
  CompletionStage<List<KvEntry>> all(KeyRange keys, long revision) {
    KvQuery.Range query = new KvQuery.Range(keys, 0, revision, false, false, false);
    return pages(query, reaching(revision), new ArrayList<>()).thenApply(Read::entries);
  }

  private CompletionStage<Read> pages(KvQuery.Range query, ReadLevel level, List<KvEntry> read) {
    return query(query, level, KvResult.RangeDone.class)
        .thenCompose(
            page -> {
              read.addAll(page.entries());
              return page.more()
                  ? pages(query.after(page), reaching(page.revision()), read)
                  : CompletableFuture.completedFuture(new Read(page.revision(), read));
            });
  }

  private void saw(Gtid gtid) {
    Gtid before = seen.get();
    if (before != null && before.historyId() != gtid.historyId()) {
      forked(gtid);
      return;
    }
    seen.accumulateAndGet(
        gtid,
        (old, now) ->
            old != null && old.historyId() == now.historyId() && old.version() > now.version()
                ? old
                : now);
  }

  /** What is known of versions of the history before says nothing of those of this one. */
  private synchronized void forked(Gtid gtid) {
    Gtid before = seen.get();
    if (before.historyId() == gtid.historyId() || over.contains(gtid.historyId())) {
      return;
    }
    over.add(before.historyId());
    seen.set(gtid);
    control.forked();
    CompletionStage<Base> known = base;
    if (known != null) {
      forget(known, true);
    }
  }

  /** A read that sees a version at least; version 0 for one that sees all acknowledged writes. */
  ReadLevel reaching(long version) {
    Gtid newest = seen.get();
    return version <= 0 || newest == null
        ? ReadLevel.LINEARIZABLE
        : new ReadLevel.Causal(new Gtid(newest.historyId(), version));
  }

  /** A read that sees what this coordinator has been told. */
  ReadLevel newest() {
    Gtid newest = seen.get();
    return newest == null ? ReadLevel.LINEARIZABLE : new ReadLevel.Causal(newest);
  }
}
