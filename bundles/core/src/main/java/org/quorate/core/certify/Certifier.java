package org.quorate.core.certify;

import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.Transaction;

/**
 * Decides at delivery whether a transaction's snapshot still holds. Depends on the transaction and
 * on the writes delivered before it, so every replica and an offline replay give the same verdict.
 */
public final class Certifier {
  private Certifier() {}

  /** The conflict, or null if the transaction commits. First in the order of the log wins. */
  public static Conflict certify(Transaction transaction, VersionIndex index) {
    long snapshot = transaction.snapshotVersion();
    if (snapshot < index.horizon()) {
      return new Conflict(Reason.HORIZON, null, index.horizon());
    }
    if (index.isolated() > snapshot) {
      return new Conflict(Reason.ISOLATED, null, index.isolated());
    }
    for (Bytes key : transaction.writtenKeys()) {
      long version = index.lastWrite(key);
      if (version > snapshot) {
        return new Conflict(Reason.WRITE_WRITE, key, version);
      }
    }
    return transaction.level() == Isolation.SNAPSHOT ? null : reads(transaction, index);
  }

  private static Conflict reads(Transaction transaction, VersionIndex index) {
    long snapshot = transaction.snapshotVersion();
    for (Bytes key : transaction.readKeys()) {
      long version = index.lastWrite(key);
      if (version > snapshot) {
        return new Conflict(Reason.READ_WRITE, key, version);
      }
    }
    for (KeyRange range : transaction.readRanges()) {
      Map.Entry<Bytes, Long> write = index.writtenAfter(range, snapshot);
      if (write != null) {
        return new Conflict(Reason.READ_WRITE, write.getKey(), write.getValue());
      }
    }
    return null;
  }
}
