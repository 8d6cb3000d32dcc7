package org.quorate.management;

import org.quorate.failover.RecordLock;
import org.quorate.spi.failover.FailoverRecord;

/**
 * A lock that a record has; it goes with the record.
 *
 * @param commitId of the record, unsigned
 * @param holder the address of who works on the record, or did last
 * @param seconds since the record was begun, by the clocks of who began it and this node
 * @param orphan whether nobody who lives works on it
 */
public record FailoverLockView(
    String lock,
    String commitId,
    String type,
    String holder,
    long takeoverNumber,
    long seconds,
    boolean orphan) {
  static FailoverLockView of(RecordLock lock, long nowMs) {
    FailoverRecord r = lock.holder();
    FailoverRecord.Owner last = r.takeover().node() == null ? r.origin() : r.takeover().node();
    return new FailoverLockView(
        lock.name(),
        Long.toUnsignedString(r.id()),
        r.type(),
        last.address(),
        r.takeover().number(),
        Math.max(0, (nowMs - r.createdAtMs()) / 1000),
        lock.orphan());
  }
}
