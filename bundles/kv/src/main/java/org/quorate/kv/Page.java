package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;

/** Collects the answer to a range query until it is full. */
final class Page {
  /** What an entry takes beside its key and value. */
  private static final int ENTRY_OVERHEAD_BYTES = 32;

  private final KvQuery.Range query;
  private final int limit;
  private final int limitBytes;
  private final List<KvEntry> entries = new ArrayList<>();
  private long bytes;
  private long counted;
  private boolean more;

  Page(KvQuery.Range query, KvLimits limits) {
    this.query = query;
    this.limit =
        query.limit() == 0
            ? limits.answerEntries()
            : Math.min(query.limit(), limits.answerEntries());
    this.limitBytes = limits.answerBytes();
  }

  /** Takes the next key; false when the page was full and the key is the first of the next one. */
  boolean add(Bytes key, Version version) {
    if (query.countOnly()) {
      counted++;
      return true;
    }
    int size =
        ENTRY_OVERHEAD_BYTES + key.length() + (query.keysOnly() ? 0 : version.value().length());
    if (entries.size() == limit || !entries.isEmpty() && bytes + size > limitBytes) {
      more = true;
      return false;
    }
    entries.add(query.keysOnly() ? version.entryWithoutValue(key) : version.entry(key));
    bytes += size;
    return true;
  }

  KvResult.RangeDone done(long revision) {
    return new KvResult.RangeDone(
        revision, entries, more, query.countOnly() ? counted : entries.size());
  }
}
