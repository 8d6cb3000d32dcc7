package org.quorate.management;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvResult;

/**
 * The answer of a key-value operation; only the fields that have a meaning for it are there.
 *
 * @param revision of the commit, or the one read
 * @param found whether the key was there
 * @param count keys found or deleted
 * @param more whether the range holds further keys
 * @param succeeded whether a transaction's comparisons held, or the value was the expected one
 * @param number the new value of a counter
 */
public record KvView(
    long revision,
    Boolean found,
    Long count,
    Boolean more,
    Boolean succeeded,
    Long number,
    List<KvEntryView> entries,
    List<KvView> results) {

  /**
   * What a result says.
   *
   * @throws OperationException if the command was refused
   */
  public static KvView of(KvResult result) {
    if (result instanceof KvResult.PutDone r) {
      return entries(r.revision(), null, null, null, list(r.previous()));
    } else if (result instanceof KvResult.Deleted r) {
      return entries(r.revision(), r.count() > 0, r.count(), null, views(r.previous()));
    } else if (result instanceof KvResult.GetDone r) {
      return entries(r.revision(), r.entry() != null, null, null, list(r.entry()));
    } else if (result instanceof KvResult.RangeDone r) {
      return entries(r.revision(), null, r.count(), r.more(), views(r.entries()));
    } else if (result instanceof KvResult.Added r) {
      return new KvView(r.revision(), null, null, null, null, r.newValue(), null, null);
    } else if (result instanceof KvResult.TxnDone r) {
      List<KvView> results = r.results().stream().map(KvView::of).toList();
      return new KvView(r.revision(), null, null, null, r.succeeded(), null, null, results);
    } else if (result instanceof KvResult.Swapped r) {
      List<KvEntryView> current = list(r.current());
      return new KvView(r.revision(), null, null, null, r.succeeded(), null, current, null);
    } else if (result instanceof KvResult.Failed r) {
      throw failed(r);
    }
    return entries(result.revision(), null, null, null, null);
  }

  private static KvView entries(
      long revision, Boolean found, Long count, Boolean more, List<KvEntryView> entries) {
    return new KvView(revision, found, count, more, null, null, entries, null);
  }

  private static List<KvEntryView> list(KvEntry entry) {
    return entry == null ? null : List.of(KvEntryView.of(entry));
  }

  private static List<KvEntryView> views(List<KvEntry> entries) {
    List<KvEntryView> views = new ArrayList<>();
    entries.forEach(e -> views.add(KvEntryView.of(e)));
    return views;
  }

  private static OperationException failed(KvResult.Failed failed) {
    return switch (failed.error()) {
      case TOO_LARGE ->
          new OperationException(FailureCode.TOO_LARGE, failed.message(), "send less at once");
      case COMPACTED ->
          new OperationException(FailureCode.NOT_FOUND, failed.message(), "read a newer revision");
      case UNKNOWN_LEASE ->
          new OperationException(FailureCode.NOT_FOUND, failed.message(), "grant a new lease");
      case OUT_OF_BOUNDS ->
          new OperationException(FailureCode.CONFLICT, failed.message(), "add less, or wait");
      default ->
          new OperationException(FailureCode.BAD_REQUEST, failed.message(), "correct the command");
    };
  }
}
