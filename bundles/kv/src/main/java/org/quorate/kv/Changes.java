package org.quorate.kv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvEvent;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.state.QueryException;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/** Answers one query for changes: whole revisions, until there is enough. */
final class Changes {
  /** Changes looked at in one answer at most (and to the end of the revision): few may match. */
  static final int LOOKED_AT = 100_000;

  private final StateView view;
  private final KvQuery.Changes query;
  private final int limit;
  private final int limitBytes;
  private final long latest;
  private final List<Row> rows = new ArrayList<>();

  /** The last row of each key: what the key became is not known yet. */
  private final Map<Bytes, Row> open = new HashMap<>();

  private long bytes;
  private int lookedAt;

  private static final class Row {
    final long revision;
    final Change change;
    Version made;

    Row(long revision, Change change) {
      this.revision = revision;
      this.change = change;
    }
  }

  Changes(StateView view, KvLimits limits, KvQuery.Changes query) {
    this.view = view;
    this.query = query;
    this.limit = bound(query.limit(), limits.answerEntries());
    this.limitBytes = bound(query.limitBytes(), limits.answerBytes());
    this.latest = view.version();
  }

  private static int bound(int asked, int most) {
    return asked == 0 ? most : Math.min(asked, most);
  }

  KvResult answer() {
    if (query.from() < 1) {
      throw new QueryException(Rejection.MALFORMED, "changes are read from revision 1 on");
    }
    requireKept();
    if (query.from() > latest) {
      return new KvResult.ChangesDone(latest, List.of(), query.from() - 1);
    }
    long upTo = isUnchanged() ? latest : collect();
    open.values().forEach(this::findMade);
    requireKept();
    return new KvResult.ChangesDone(latest, rows.stream().map(this::event).toList(), upTo);
  }

  /** Of a single key it is known without a walk over all that others have changed. */
  private boolean isUnchanged() {
    if (!query.keys().isSingle()) {
      return false;
    }
    Version newest = Version.latest(view, query.keys().from());
    return newest == null || newest.mod() < query.from();
  }

  /** Collects changes; returns the revision up to which they are all there. */
  private long collect() {
    long revision = query.from() - 1;
    try (StateCursor cursor =
        view.scan(Layout.change(query.from(), 0), Layout.change(latest + 1, 0))) {
      while (cursor.next()) {
        long next = Layout.revisionOfChange(cursor.key());
        if (next > revision && full()) {
          return next - 1;
        }
        revision = next;
        lookedAt++;
        Change change = Change.decode(cursor.value());
        if (query.keys().contains(change.key())) {
          add(revision, change);
        }
      }
    }
    return latest;
  }

  private boolean full() {
    return rows.size() >= limit || bytes >= limitBytes || lookedAt >= LOOKED_AT;
  }

  private void add(long revision, Change change) {
    Row row = new Row(revision, change);
    rows.add(row);
    Row earlier = open.put(change.key(), row);
    if (earlier != null) {
      earlier.made = change.before();
    }
    bytes += change.key().length() + change.valueBytes();
    bytes += query.previous() ? change.superseded().length() : 0;
  }

  private void findMade(Row row) {
    if (!row.change.deletion()) {
      row.made = Version.at(view, row.change.key(), row.revision);
      if (row.made == null) {
        requireKept();
        throw new IllegalStateException(
            "no version of key " + row.change.key() + " at revision " + row.revision);
      }
    }
  }

  private KvEvent event(Row row) {
    Bytes key = row.change.key();
    Version before = query.previous() ? row.change.before() : null;
    KvEntry previous = before != null && before.live() ? before.entry(key) : null;
    return row.change.deletion()
        ? new KvEvent(KvEvent.Type.DELETE, KvEntry.deleted(key, row.revision), previous)
        : new KvEvent(KvEvent.Type.PUT, row.made.entry(key), previous);
  }

  private void requireKept() {
    long compacted = Meta.load(view).compacted;
    if (query.from() <= compacted) {
      throw Queries.compacted(query.from(), compacted + 1);
    }
  }
}
