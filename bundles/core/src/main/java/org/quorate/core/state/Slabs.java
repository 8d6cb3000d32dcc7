package org.quorate.core.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.quorate.api.Bytes;

/**
 * Byte strings in a few large arrays, which a collector neither follows nor has to move. What was
 * added stays where it is and is never changed; an address is its slab and the offset in it. One
 * writer; another thread may read what is behind an address that it was handed safely.
 */
final class Slabs {
  private static final VarHandle LENGTH =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final int HEADER = 4;
  private static final int OFFSET_BITS = 20;
  private static final int OFFSET_MASK = (1 << OFFSET_BITS) - 1;
  private static final int SLABS_MAX = 1 << 31 - OFFSET_BITS;

  /** So that an idle group costs little; each further slab is twice as long. */
  private static final int SMALLEST = 4 << 10;

  /** Fits with its header into one region of 1 MiB of G1, which then never copies it. */
  private static final int LARGEST = (1 << OFFSET_BITS) - 64;

  /** A longer string has a slab of its own. */
  private static final int SHARED_MAX = 256 << 10;

  private byte[][] slabs = new byte[8][];
  private int count;
  private int current;
  private int used;
  private long bytes;

  /** Copies a byte string in; its address is not negative. */
  int add(Bytes content) {
    int size = HEADER + content.length();
    int slab;
    int at = 0;
    if (size > SHARED_MAX) {
      slab = open(size);
    } else {
      if (count == 0 || slabs[current].length - used < size) {
        current = open(Math.max(size, LARGEST >> Math.max(0, 8 - count)));
        used = 0;
      }
      slab = current;
      at = used;
      used += size;
    }
    LENGTH.set(slabs[slab], at, content.length());
    content.copyTo(slabs[slab], at + HEADER);
    bytes += size;
    return slab << OFFSET_BITS | at;
  }

  private int open(int size) {
    if (count == SLABS_MAX) {
      throw new IllegalStateException("a memtable of more than " + SLABS_MAX + " slabs");
    }
    if (count == slabs.length) {
      slabs = Arrays.copyOf(slabs, count * 2);
    }
    slabs[count] = new byte[Math.max(size, SMALLEST)];
    return count++;
  }

  /** The byte string at an address; it shares the slab's array. */
  Bytes get(int address) {
    byte[] slab = slabs[address >>> OFFSET_BITS];
    int at = address & OFFSET_MASK;
    return Bytes.wrap(slab, at + HEADER, (int) LENGTH.get(slab, at));
  }

  int length(int address) {
    return (int) LENGTH.get(slabs[address >>> OFFSET_BITS], address & OFFSET_MASK);
  }

  /** Orders the byte string at an address against another, as {@link Bytes#compareTo} does. */
  int compare(int address, Bytes other) {
    byte[] slab = slabs[address >>> OFFSET_BITS];
    int at = address & OFFSET_MASK;
    int from = at + HEADER;
    int theirs = other.arrayOffset();
    return Arrays.compareUnsigned(
        slab,
        from,
        from + (int) LENGTH.get(slab, at),
        other.array(),
        theirs,
        theirs + other.length());
  }

  boolean equal(int address, Bytes other) {
    byte[] slab = slabs[address >>> OFFSET_BITS];
    int at = address & OFFSET_MASK;
    int from = at + HEADER;
    int theirs = other.arrayOffset();
    return (int) LENGTH.get(slab, at) == other.length()
        && Arrays.equals(
            slab, from, from + other.length(), other.array(), theirs, theirs + other.length());
  }

  /** Bytes added, with their headers. */
  long bytes() {
    return bytes;
  }
}
