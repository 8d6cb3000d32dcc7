package org.quorate.core.certify;

import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.Transaction;

/**
 * Decides at delivery whether a transaction's snapshot still holds. Depends on the transaction and
 * on the commits before it in the log, so every replica and an offline replay give the same verdict.
 * First in the order of the log wins; where a transaction was proposed makes no difference.
 */
public final class Certifier {
  private Certifier() {}

  /** The conflict, or null if the transaction commits. */
  public static Conflict certify(Transaction transaction, VersionIndex index, long historyId) {
    long snapshot = transaction.snapshotVersion();
    if (snapshot < index.horizon()) {
      return new Conflict(Reason.HORIZON, null, new Gtid(historyId, index.horizon()), null, 0);
    }
    if (index.isolated().version() > snapshot) {
      return conflict(Reason.ISOLATED, null, index.isolated(), historyId);
    }
    if (transaction.isolated()) {
      return index.latest().version() > snapshot
          ? conflict(Reason.ISOLATED, null, index.latest(), historyId)
          : null;
    }
    // What a serializable transaction wrote without reading it depends on nothing.
    return transaction.level() == Isolation.SNAPSHOT
        ? keys(transaction.writtenKeys(), Reason.WRITE_WRITE, snapshot, index, historyId)
        : reads(transaction, index, historyId);
  }

  private static Conflict reads(Transaction transaction, VersionIndex index, long historyId) {
    long snapshot = transaction.snapshotVersion();
    Conflict conflict = keys(transaction.readKeys(), Reason.READ_WRITE, snapshot, index, historyId);
    if (conflict != null) {
      return conflict;
    }
    VersionIndex.Hit hit = index.writtenAfter(transaction.readRanges(), snapshot);
    return hit == null ? null : conflict(Reason.READ_WRITE, hit.key(), hit.commit(), historyId);
  }

  private static Conflict keys(
      Iterable<Bytes> keys, Reason reason, long snapshot, VersionIndex index, long historyId) {
    for (Bytes key : keys) {
      Commit commit = index.lastWrite(key);
      if (commit != null && commit.version() > snapshot) {
        return conflict(reason, key, commit, historyId);
      }
    }
    return null;
  }

  private static Conflict conflict(Reason reason, Bytes key, Commit winner, long historyId) {
    return new Conflict(reason, key, new Gtid(historyId, winner.version()), winner.node(), 0);
  }
}
