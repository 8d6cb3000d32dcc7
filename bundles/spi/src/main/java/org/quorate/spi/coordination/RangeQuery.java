package org.quorate.spi.coordination;

/**
 * What to list.
 *
 * @param after only keys behind this one, "" for all
 * @param limit most entries, 1 to {@link CoordinationLimits#LISTING_ENTRIES}. An answer also ends
 *     before it gets too large for the provider, with at least one entry
 * @param keysOnly leaves the values out
 * @param revision 0 for the latest; else needs {@link Capability#OLD_REVISIONS}
 * @param stale whether an answer may be older than writes that were acknowledged before: then the
 *     nearest server gives it at once. Never older than what this coordinator has been told before
 */
public record RangeQuery(
    Scope scope, String after, int limit, boolean keysOnly, long revision, boolean stale) {
  public RangeQuery {
    if (!after.isEmpty()) {
      Keys.check(after);
    }
    CoordinationLimits.range("limit", limit, 1, CoordinationLimits.LISTING_ENTRIES);
    CoordinationLimits.range("revision", revision, 0, Long.MAX_VALUE);
  }

  /** All of a scope, the latest, seeing every write acknowledged before. */
  public static RangeQuery of(Scope scope) {
    return new RangeQuery(scope, "", CoordinationLimits.LISTING_ENTRIES, false, 0, false);
  }

  /** The next page: at the same revision where that can be asked for, else at the latest. */
  public RangeQuery after(Listing page, boolean sameRevision) {
    String last = page.entries().get(page.entries().size() - 1).key();
    return new RangeQuery(
        scope, last, limit, keysOnly, sameRevision ? page.revision() : revision, stale);
  }

  public RangeQuery withLimit(int entries) {
    return new RangeQuery(scope, after, entries, keysOnly, revision, stale);
  }

  public RangeQuery withoutValues() {
    return new RangeQuery(scope, after, limit, true, revision, stale);
  }

  public RangeQuery at(long atRevision) {
    return new RangeQuery(scope, after, limit, keysOnly, atRevision, stale);
  }

  public RangeQuery mayBeStale() {
    return new RangeQuery(scope, after, limit, keysOnly, revision, true);
  }
}
