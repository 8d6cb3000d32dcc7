package org.quorate.storage.mapdb;

import java.util.zip.CRC32C;

/** The size of pages, and their checksum. */
final class Page {
  /** Bytes of a page on disk. */
  static final int DISK_SIZE = 4096;

  /** Bytes of a page that hold data; the rest is its checksum. A multiple of eight. */
  static final int SIZE = DISK_SIZE - 8;

  private Page() {}

  /** Checksum over a page and where it belongs, so that a misplaced page does not verify either. */
  static int checksum(long number, byte[] data, int from, int length) {
    CRC32C crc = new CRC32C();
    for (int shift = 56; shift >= 0; shift -= 8) {
      crc.update((int) (number >>> shift));
    }
    crc.update(data, from, length);
    return (int) crc.getValue();
  }
}
