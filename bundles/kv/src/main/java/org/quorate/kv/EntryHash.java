package org.quorate.kv;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.quorate.api.Bytes;

/**
 * Hash of one live key and all that is known of it. The state's hash is the sum over the keys, so
 * that it follows each change at the cost of the change and depends on no order. Two checksums of
 * different polynomials give the 64 bits; the finalizer of SplitMix64 (Steele et al. 2014, variant
 * 13 of Stafford) takes away their linearity, by which sums of related entries would cancel out. It
 * finds divergence and damage; it is no defence against forgery. Not thread-safe.
 */
final class EntryHash {
  /** Changes with the meaning of what is hashed. */
  private static final int SCHEMA = 1;

  private final CRC32 crc = new CRC32();
  private final CRC32C crcC = new CRC32C();
  private final byte[] head = new byte[40];
  private final ByteBuffer numbers = ByteBuffer.wrap(head);

  long of(Bytes key, long create, long mod, long version, long lease, Bytes value) {
    numbers.clear();
    numbers.putInt(SCHEMA).putInt(key.length());
    numbers.putLong(create).putLong(mod).putLong(version).putLong(lease);
    crc.reset();
    crcC.reset();
    add(head, 0, head.length);
    add(key.array(), key.arrayOffset(), key.length());
    add(value.array(), value.arrayOffset(), value.length());
    return mix(crcC.getValue() << 32 | crc.getValue());
  }

  private void add(byte[] bytes, int offset, int length) {
    crc.update(bytes, offset, length);
    crcC.update(bytes, offset, length);
  }

  private static long mix(long bits) {
    long z = (bits ^ bits >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
