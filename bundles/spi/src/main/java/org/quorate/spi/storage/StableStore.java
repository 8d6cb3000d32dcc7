package org.quorate.spi.storage;

import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.api.Bytes;

/**
 * One small record of a link (a term and vote, a view), replaced atomically. Called on the group's
 * loop. After a crash the last acknowledged record is there, or one issued later.
 */
@ConsumerType
public interface StableStore {
  /** The record, or null when none was written. */
  Bytes load();

  /** Replaces the record; at most 64 KiB. */
  void save(Bytes record, Pending pending);
}
