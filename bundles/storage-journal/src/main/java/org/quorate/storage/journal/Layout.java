package org.quorate.storage.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a segment: a header, then frames one after the other, each at a multiple of {@link
 * #ALIGNMENT}. All numbers are big-endian.
 *
 * <pre>
 * header  0 u64 magic | 8 u32 version | 12 u32 crc of the other header bytes | 16 u64 journal id
 *        24 u64 segment number | 32 u64 bytes of the file | 40.. zero
 * frame   0 u32 crc of all that follows, padding included | 4 u32 length of the payload
 *         8 u64 sequence | 16 u32 unsynced | 20 u32 salt | 24 u32 stream | 28 u8 type, 3 zero
 *        32 u64 index | 40 payload, padded with zeros
 * </pre>
 *
 * <p>{@code sequence} rises by one from frame to frame through all segments. {@code unsynced} says
 * how many frames before this one were not known to be on disk when this one was written: all
 * before them were, so a frame attests them. {@code salt} belongs to this use of the file: what a
 * recycled file held before is never taken for a frame of its new use.
 */
final class Layout {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 64;
  static final int FRAME_BYTES = 40;
  static final int ALIGNMENT = 8;

  /** A record of a log; index is its own. */
  static final int ENTRY = 1;

  /** Name, stable record and first index of a stream; replaces all earlier ones. */
  static final int META = 2;

  /** The log is empty; index is that of the next record. */
  static final int RESET = 3;

  /** Records from index on are gone. */
  static final int TRUNCATE = 4;

  /** The stream is gone. */
  static final int DELETE = 5;

  /** Segments below index are no longer needed. */
  static final int FREE = 6;

  /** Nothing but the attestation of what is before. */
  static final int SYNCED = 7;

  /** Go on in the next segment. */
  static final int END = 8;

  /** Set in the type of a frame whose payload goes on in the next frame. */
  static final int MORE = 0x80;

  /** Set in the type of a frame whose payload goes on from the frame before. */
  static final int CONTINUED = 0x40;

  private static final int TYPE = 0x3f;

  private static final long MAGIC = 0x51524A4F55524E4CL; // "QRJOURNL"

  /** What a readable header says; {@code version} is checked by the caller. */
  record Header(int version, long journal, long segment, long bytes) {}

  private Layout() {}

  static String name(long segment) {
    return String.format("journal-%016x.seg", segment);
  }

  /** The segment a file name stands for, or -1. */
  static long segmentOf(String name) {
    return name.matches("journal-[0-9a-f]{16}\\.seg")
        ? Long.parseUnsignedLong(name.substring(8, 24), 16)
        : -1;
  }

  static ByteBuffer header(long journal, long segment, long bytes) {
    ByteBuffer b = ByteBuffer.allocate(HEADER_BYTES);
    b.putLong(0, MAGIC).putLong(16, journal).putLong(24, segment).putLong(32, bytes);
    setVersion(b, VERSION);
    return b;
  }

  /** Makes a header of another version. */
  static void setVersion(ByteBuffer header, int version) {
    header.putInt(8, version);
    header.putInt(12, headerCrc(header));
  }

  /** The header at the start of the buffer, or null when it does not verify. */
  static Header header(ByteBuffer b) {
    if (b.limit() < HEADER_BYTES || b.getLong(0) != MAGIC || b.getInt(12) != headerCrc(b)) {
      return null;
    }
    return new Header(b.getInt(8), b.getLong(16), b.getLong(24), b.getLong(32));
  }

  private static int headerCrc(ByteBuffer b) {
    CRC32C crc = new CRC32C();
    crc.update(b.duplicate().position(0).limit(12));
    crc.update(b.duplicate().position(16).limit(HEADER_BYTES));
    return (int) crc.getValue();
  }

  static int salt(long journal, long segment) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(16).putLong(journal).putLong(segment).flip());
    return (int) crc.getValue();
  }

  /** Bytes a frame takes in the file. */
  static int frameBytes(int payload) {
    return FRAME_BYTES + payload + ALIGNMENT - 1 & -ALIGNMENT;
  }

  /** Whether a whole frame that verifies begins there. */
  static boolean frameAt(ByteBuffer b, int at) {
    if (at > b.limit() - FRAME_BYTES) {
      return false;
    }
    int payload = b.getInt(at + 4);
    if (payload < 0 || payload > b.limit() - at - FRAME_BYTES) {
      return false;
    }
    int size = frameBytes(payload);
    if (size > b.limit() - at) {
      return false;
    }
    CRC32C crc = new CRC32C();
    crc.update(b.duplicate().position(at + 4).limit(at + size));
    return (int) crc.getValue() == b.getInt(at);
  }

  static long sequence(ByteBuffer b, int at) {
    return b.getLong(at + 8);
  }

  /** The first frame that this one does not attest. */
  static long attests(ByteBuffer b, int at) {
    return sequence(b, at) - Integer.toUnsignedLong(b.getInt(at + 16));
  }

  static int salt(ByteBuffer b, int at) {
    return b.getInt(at + 20);
  }

  static int stream(ByteBuffer b, int at) {
    return b.getInt(at + 24);
  }

  static int type(ByteBuffer b, int at) {
    return b.get(at + 28) & TYPE;
  }

  static boolean isMore(ByteBuffer b, int at) {
    return (b.get(at + 28) & MORE) != 0;
  }

  static boolean isContinued(ByteBuffer b, int at) {
    return (b.get(at + 28) & CONTINUED) != 0;
  }

  static long index(ByteBuffer b, int at) {
    return b.getLong(at + 32);
  }

  static int payload(ByteBuffer b, int at) {
    return b.getInt(at + 4);
  }

  /** Where something is: the segment above, the offset in it below. */
  static long position(long segment, int offset) {
    return segment << 32 | offset;
  }

  static long segment(long position) {
    return position >>> 32;
  }

  static int offset(long position) {
    return (int) position;
  }
}
