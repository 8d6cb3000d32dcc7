package org.quorate.failover;

import org.quorate.spi.failover.FailoverRecord;

/**
 * A lock of the registry.
 *
 * @param holder the record that it goes with
 * @param orphan whether nobody who lives works on the record
 */
public record RecordLock(String name, FailoverRecord holder, boolean orphan) {}
