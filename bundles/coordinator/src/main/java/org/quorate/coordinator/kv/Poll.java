package org.quorate.coordinator.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.quorate.api.GroupAccess;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.Scope;

/** A blocking query: waits until the group tells of a change, and then lists. On the group's loop. */
final class Poll {
  private static final long PAUSE_MS = 50;

  private final Store store;
  private final List<Scope> scopes;
  private final long index;
  private final long waitMs;
  private final Consumer<Poll> gone;
  private final CompletableFuture<Listing> answer = new CompletableFuture<>();
  private Base base;
  private List<KeyRange> keys;
  private long behind; // the index, of the group
  private Runnable waiting = () -> {};
  private Runnable timer = () -> {};
  private boolean late;

  Poll(Store store, List<Scope> scopes, long index, long waitMs, Consumer<Poll> gone) {
    this.store = store;
    this.scopes = List.copyOf(scopes);
    this.index = index;
    this.waitMs = waitMs;
    this.gone = gone;
  }

  CompletionStage<Listing> answer() {
    return answer;
  }

  void start() {
    on(
        () -> {
          if (index == 0 || behind < 0) {
            list(ReadLevel.LINEARIZABLE, false);
          } else if (waitMs == 0) {
            late();
          } else {
            timer = store.access.after(waitMs, this::late);
            await(behind);
          }
        });
  }

  /** Goes on when it is known what the numbers of the group mean. */
  private void on(Runnable then) {
    store
        .on(CompletableFuture::completedFuture)
        .whenCompleteAsync(
            (known, problem) -> {
              if (problem != null) {
                end(Failures.cause(problem));
              } else if (!answer.isDone()) {
                base = known;
                keys = scopes.stream().map(known.places()::keys).toList();
                behind = index == 0 ? 0 : known.found(index);
                then.run();
              }
            },
            store.access.loop());
  }

  /** Something was taken in: that is a change. */
  void replaced() {
    timer.run();
    waiting.run();
    on(() -> list(ReadLevel.LINEARIZABLE, false));
  }

  private void await(long version) {
    waiting = store.access.watch(keys, version, this::look);
  }

  private void late() {
    waiting.run();
    late = true;
    look(0);
  }

  /** Looks whether there is a change: the group may have called for another reason. */
  private void look(long version) {
    if (version == GroupAccess.TOO_MANY) {
      end(Failures.tooManyWatches());
    } else if (!answer.isDone()) {
      behind = Math.max(behind, version - 1);
      changed(0, Long.MAX_VALUE, store.reaching(version));
    }
  }

  private void changed(int at, long upTo, ReadLevel level) {
    if (at == keys.size()) {
      unchanged(upTo, level);
      return;
    }
    Base on = base;
    store
        .query(
            new KvQuery.Changes(keys.get(at), behind + 1, 1, 0, false),
            level,
            KvResult.ChangesDone.class)
        .whenCompleteAsync(
            (done, problem) -> {
              if (on != base) {
                return; // it has begun anew
              } else if (problem != null) {
                failed(problem, level);
              } else if (!done.events().isEmpty()) {
                list(store.reaching(done.revision()), false);
              } else if (done.more()) {
                list(level, false);
              } else {
                changed(at + 1, Math.min(upTo, done.upTo()), level);
              }
            },
            store.access.loop());
  }

  private void unchanged(long upTo, ReadLevel level) {
    behind = Math.max(behind, upTo);
    if (late) {
      list(level, true);
    } else if (!answer.isDone()) {
      await(upTo);
    }
  }

  private void failed(Throwable problem, ReadLevel level) {
    CoordinationException failure = Failures.cause(problem);
    if (failure.code() == Code.COMPACTED) {
      list(level, false);
    } else if (Failures.passing(failure) && !failure.isSealed() && !late) {
      waiting = store.access.after(PAUSE_MS, () -> look(0));
    } else {
      end(failure);
    }
  }

  private void list(ReadLevel level, boolean same) {
    list(
        0,
        new KvQuery.Range(keys.get(0), 0, 0, false, false, false),
        level,
        new ArrayList<>(),
        same);
  }

  private void list(
      int at, KvQuery.Range query, ReadLevel level, List<KvEntry> read, boolean same) {
    Base on = base;
    store
        .read(query, level, KvResult.RangeDone.class)
        .whenCompleteAsync(
            (page, problem) -> {
              if (on != base) {
                return;
              } else if (problem != null) {
                end(Failures.cause(problem));
                return;
              }
              read.addAll(page.entries());
              boolean full = read.size() >= CoordinationLimits.LISTING_ENTRIES;
              if (page.more() && !full) {
                list(at, query.after(page), level, read, same);
              } else if (at + 1 < keys.size() && !full) {
                KvQuery.Range next =
                    new KvQuery.Range(keys.get(at + 1), 0, page.revision(), false, false, false);
                list(at + 1, next, store.reaching(page.revision()), read, same);
              } else {
                done(page.revision(), read, page.more() || at + 1 < keys.size(), same);
              }
            },
            store.access.loop());
  }

  private void done(long revision, List<KvEntry> read, boolean more, boolean same) {
    Base listed = base;
    CompletionStage<Void> holds =
        read.isEmpty() ? store.holds(listed, revision) : CompletableFuture.completedFuture(null);
    holds.whenCompleteAsync(
        (done, problem) -> {
          if (listed != base) {
            return;
          } else if (problem == null) {
            stop();
            long told = same ? index : listed.shown(revision);
            answer.complete(new Listing(told, read.stream().map(listed::entry).toList(), more));
          } else if (!Failures.isReplaced(Failures.cause(problem))) {
            end(Failures.cause(problem));
          } // else the coordinator says so to all that wait
        },
        store.access.loop());
  }

  void end(CoordinationException why) {
    stop();
    answer.completeExceptionally(why);
  }

  private void stop() {
    timer.run();
    waiting.run();
    gone.accept(this);
  }
}
