package org.quorate.core.history;

import java.util.zip.CRC32C;
import org.quorate.api.Bytes;

/** Hash of records in their order: tells whether two logs hold the same behind a common position. */
public final class TailHash {
  private final CRC32C crc = new CRC32C();
  private long hash;

  /** Adds the next record. */
  public void add(Bytes payload) {
    crc.reset();
    crc.update(payload.array(), payload.arrayOffset(), payload.length());
    hash = (hash ^ crc.getValue()) * 0x9e3779b97f4a7c15L + payload.length();
  }

  /** Of what was added. */
  public long value() {
    return hash;
  }
}
