package org.quorate.coordinator.kv;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.coordination.CoordinationException;

/**
 * What the keys say that all the others depend on: which base holds, and whether what was kept here has
 * gone on elsewhere. An answer of the group counts if it had not at that version or a later one; while
 * the version stays what it was, nobody asks. Thread-safe.
 */
final class Control {
  private static final KvQuery ALL = KvQuery.range(KeyRange.prefix(Places.CONTROL), 0);
  private static final CompletionStage<Void> HERE = CompletableFuture.completedFuture(null);

  private final Store store;
  private volatile Seen last = new Seen(0, null, null);
  private volatile long hereAt;
  private volatile boolean lookingBack;
  private CompletionStage<Seen> asked; // guarded by this
  private long askedFor; // guarded by this
  private long histories; // guarded by this

  Control(Store store) {
    this.store = store;
  }

  /**
   * What they say.
   *
   * @param revision of the group
   * @param base the entry that makes the base, null for what began here
   * @param moved the entry that says where all has gone on, null while it is here
   */
  record Seen(long revision, KvEntry base, KvEntry moved) {
    private static Seen of(KvResult.RangeDone found) {
      KvEntry base = null;
      KvEntry moved = null;
      for (KvEntry entry : found.entries()) {
        if (entry.key().equals(Places.BASE)) {
          base = entry;
        } else if (entry.key().equals(Places.MOVED)) {
          moved = entry;
        }
      }
      return new Seen(found.revision(), base, moved);
    }

    /** The revision that made the base, 0 for what began here. */
    long baseAt() {
      return base == null ? 0 : base.modRevision();
    }

    /** The refusal of whoever reads here, null while all is here. */
    CoordinationException refusal() {
      return moved == null ? null : CoordinationException.moved(moved.value().utf8());
    }
  }

  /**
   * What they say at a version at least, or now if it is 0; those that want to know it at the same time
   * ask once.
   */
  CompletionStage<Seen> at(long version) {
    Seen known = last;
    if (version > 0 && known.revision() >= version) {
      return CompletableFuture.completedFuture(known);
    }
    synchronized (this) {
      boolean shared =
          version > 0
              && asked != null
              && askedFor >= version
              && !asked.toCompletableFuture().isDone();
      if (!shared) {
        askedFor = version;
        long of = histories;
        asked =
            store
                .query(ALL, store.reaching(version), KvResult.RangeDone.class)
                .thenApply(found -> saw(Seen.of(found), of));
      }
      return asked;
    }
  }

  /** What they said when they were asked last. */
  Seen last() {
    return last;
  }

  private synchronized Seen saw(Seen seen, long of) {
    if (of == histories && seen.revision() > last.revision()) {
      last = seen;
    }
    if (of == histories && seen.moved() == null) {
      hereAt(seen.revision());
    }
    return seen;
  }

  /** The group goes on in another history, which has versions of the same numbers. */
  synchronized void forked() {
    histories++;
    last = new Seen(0, null, null);
    hereAt = 0;
    asked = null;
  }

  /** All was here at a version of the group. */
  void hereAt(long version) {
    if (version > hereAt) {
      hereAt = version;
    }
  }

  /** Whether it is known that an answer of a version counts. */
  boolean isHere(long version) {
    return version <= hereAt || lookingBack;
  }

  /** Completes if an answer of a version counts; fails if all may have gone on elsewhere by then. */
  CompletionStage<Void> here(long version) {
    return isHere(version) ? HERE : at(version).thenAccept(this::check);
  }

  /**
   * Fails if all has gone on elsewhere and that was seen: for what waits for changes, of which there may be
   * none. What begins before it is seen is told then.
   */
  CompletionStage<Void> notKnownToHaveMoved() {
    return last.moved() == null || lookingBack ? HERE : at(0).thenAccept(this::check);
  }

  private void check(Seen seen) {
    CoordinationException refusal = seen.refusal();
    if (refusal != null && !lookingBack) {
      throw refusal;
    }
  }

  boolean isLookingBack() {
    return lookingBack;
  }

  void lookBack(boolean wanted) {
    lookingBack = wanted;
  }
}
