package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.state.QueryException;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/**
 * Answers queries beside commands that are being applied. A query fixes its revision when it begins
 * and resolves everything newer through the history. If that was compacted in the meantime it finds
 * out at its end, since a compaction is written down before anything is removed.
 */
final class Queries {
  /** How often a query of the latest revision begins anew when compaction overtakes it. */
  private static final int ATTEMPTS = 4;

  private final KvLimits limits;

  Queries(KvLimits limits) {
    this.limits = limits;
  }

  KvResult answer(StateView view, KvQuery query) {
    KvLimits.Violation violation = limits.violation(query);
    if (violation != null) {
      boolean large = violation.error() == KvError.TOO_LARGE;
      throw new QueryException(
          large ? Rejection.TOO_LARGE : Rejection.MALFORMED, violation.message());
    }
    if (query instanceof KvQuery.Get get) {
      return get(view, get);
    } else if (query instanceof KvQuery.Range range) {
      return range(view, range);
    } else if (query instanceof KvQuery.Names names) {
      return names(view, names);
    } else if (query instanceof KvQuery.Changes changes) {
      return new Changes(view, limits, changes).answer();
    } else if (query instanceof KvQuery.LeaseKeys keys) {
      return leaseKeys(view, keys);
    }
    return stats(view);
  }

  private KvResult get(StateView view, KvQuery.Get get) {
    for (int attempt = 1; ; attempt++) {
      long revision = begin(view, get.revision());
      Version found = Version.at(view, get.key(), revision);
      if (intact(view, revision, get.revision(), attempt)) {
        return new KvResult.GetDone(revision, found == null ? null : found.entry(get.key()));
      }
    }
  }

  private KvResult range(StateView view, KvQuery.Range range) {
    for (int attempt = 1; ; attempt++) {
      long revision = begin(view, range.revision());
      Page page = new Page(range, limits);
      if (!range.keys().isEmpty()) {
        walk(view, range, revision, page);
      }
      if (intact(view, revision, range.revision(), attempt)) {
        return page.done(revision);
      }
    }
  }

  private KvResult names(StateView view, KvQuery.Names names) {
    for (int attempt = 1; ; attempt++) {
      long revision = begin(view, 0);
      KvResult.NamesDone done = new Level(view, revision, limits, names).names();
      if (intact(view, revision, 0, attempt)) {
        return done;
      }
    }
  }

  private static void walk(StateView view, KvQuery.Range range, long revision, Page page) {
    KeyRange stored = Layout.current(range.keys());
    try (StateCursor cursor =
        range.reverse()
            ? view.scanReverse(stored.from(), stored.to())
            : view.scan(stored.from(), stored.to())) {
      boolean wanted = true;
      while (wanted && cursor.next()) {
        Bytes key = Layout.keyOfCurrent(cursor.key());
        Version found = Version.at(view, Version.decode(cursor.value()), revision);
        wanted = found == null || page.add(key, found);
      }
    }
  }

  private KvResult leaseKeys(StateView view, KvQuery.LeaseKeys query) {
    int limit =
        query.limit() == 0
            ? limits.answerEntries()
            : Math.min(query.limit(), limits.answerEntries());
    long revision = view.version();
    List<Bytes> keys = new ArrayList<>();
    long bytes = 0;
    boolean more = false;
    Bytes from = Layout.lease(query.lease(), query.after());
    try (StateCursor cursor =
        view.scan(from, Layout.lease(query.lease(), Bytes.EMPTY).prefixEnd())) {
      while (!more && cursor.next()) {
        Bytes key = Layout.keyOfLease(cursor.key());
        if (!key.equals(query.after())) {
          bytes += key.length();
          more = keys.size() == limit || !keys.isEmpty() && bytes > limits.answerBytes();
          if (!more) {
            keys.add(key);
          }
        }
      }
    }
    return new KvResult.LeaseKeysDone(revision, keys, more);
  }

  private static KvResult stats(StateView view) {
    long version = view.version();
    Meta meta = Meta.load(view);
    // The numbers may be those of a commit that is just being applied.
    long revision = Math.max(version, meta.revision);
    return new KvResult.StatsDone(
        revision, meta.compacted, meta.keys, meta.hash, meta.historyBytes);
  }

  /** The revision to read, checked. */
  private static long begin(StateView view, long asked) {
    long latest = view.version();
    if (asked > latest) {
      throw new QueryException(
          Rejection.MALFORMED,
          "revision " + asked + " has not been reached; the latest is " + latest);
    }
    if (asked != 0) {
      requireKept(view, asked);
    }
    return asked == 0 ? latest : asked;
  }

  private static boolean intact(StateView view, long revision, long asked, int attempt) {
    if (asked == 0 && attempt < ATTEMPTS) {
      return Meta.load(view).compacted <= revision;
    }
    requireKept(view, revision);
    return true;
  }

  private static void requireKept(StateView view, long revision) {
    long compacted = Meta.load(view).compacted;
    if (revision < compacted) {
      throw compacted(revision, compacted);
    }
  }

  static QueryException compacted(long revision, long oldest) {
    return new QueryException(
        Rejection.COMPACTED,
        "revision " + revision + " has been compacted; the oldest kept is " + oldest);
  }
}
