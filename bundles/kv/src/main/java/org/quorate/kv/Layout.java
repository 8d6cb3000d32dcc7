package org.quorate.kv;

import java.nio.ByteBuffer;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;

/**
 * The state's byte keys. The first byte is the table:
 *
 * <pre>
 * 00                     → {@link Meta}
 * 01 key                 → {@link Version}, the latest; a deletion stays until it is compacted
 * 02 revision(8) sub(4)  → {@link Change}, sub from 0 within the revision
 * 03 lease(8) key        → nothing; the keys of a lease, under its negative those that stay
 * </pre>
 *
 * <p>A key always comes last, so it needs no escaping to keep its order. A put writes three
 * records: the key's, one at the end of the changes, and the numbers, always the same record.
 */
final class Layout {
  static final Bytes META = Bytes.wrap(new byte[] {0});
  static final Bytes NOTHING = Bytes.EMPTY;

  private static final byte CURRENT = 1;
  private static final byte CHANGES = 2;
  private static final byte LEASES = 3;

  private Layout() {}

  static Bytes current(Bytes key) {
    byte[] b = new byte[1 + key.length()];
    b[0] = CURRENT;
    key.copyTo(b, 1);
    return Bytes.wrap(b);
  }

  /** Where a range of keys lies in the table of the latest versions. */
  static KeyRange current(KeyRange keys) {
    Bytes end = keys.to() == null ? Bytes.wrap(new byte[] {CURRENT + 1}) : current(keys.to());
    return new KeyRange(current(keys.from()), end);
  }

  /** The key of an entry of the table of the latest versions. */
  static Bytes keyOfCurrent(Bytes stateKey) {
    return stateKey.from(1);
  }

  static Bytes change(long revision, int sub) {
    byte[] b = new byte[13];
    b[0] = CHANGES;
    ByteBuffer.wrap(b).putLong(1, revision).putInt(9, sub);
    return Bytes.wrap(b);
  }

  static long revisionOfChange(Bytes stateKey) {
    return stateKey.longAt(1);
  }

  static int subOfChange(Bytes stateKey) {
    return (int) stateKey.longAt(5);
  }

  static Bytes lease(long lease, Bytes key) {
    byte[] b = new byte[9 + key.length()];
    b[0] = LEASES;
    ByteBuffer.wrap(b).putLong(1, lease);
    key.copyTo(b, 9);
    return Bytes.wrap(b);
  }

  static Bytes keyOfLease(Bytes stateKey) {
    return stateKey.from(9);
  }
}
