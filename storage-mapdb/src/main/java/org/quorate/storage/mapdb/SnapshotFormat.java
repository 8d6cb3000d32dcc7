package org.quorate.storage.mapdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;

/**
 * How a snapshot lies in a file: a header with its identity, chunks with a header each, and an end.
 *
 * <pre>
 * file   = header chunk* end
 * header = magic(8) version(4) epoch(8) inner(8) id(8) crc32c(4)
 * chunk  = length(4) offset(8) crc32c-of-data(4) crc32c-of-these(4) data
 * end    = a chunk's header with length -1
 * </pre>
 */
final class SnapshotFormat {
  static final int VERSION = 1;
  static final int HEADER = 40;
  static final int CHUNK_HEADER = 20;

  /** Larger chunks are split: so much heap a reader needs. */
  static final int MAX_CHUNK = 1 << 20;

  private static final int END = -1;
  private static final long MAGIC = 0x51554f5f534e4150L;

  private SnapshotFormat() {}

  /** A chunk's header; {@code length} is -1 for the end. */
  record Chunk(int length, long offset, int checksum) {
    boolean isEnd() {
      return length == END;
    }
  }

  static int crc(byte[] data, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, from, length);
    return (int) crc.getValue();
  }

  static byte[] header(SnapshotId id) {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    header.putLong(MAGIC).putInt(VERSION);
    header.putLong(id.epoch()).putLong(id.inner()).putLong(id.id());
    header.putInt(crc(header.array(), 0, HEADER - 4));
    return header.array();
  }

  /** True if a file begins with the header of this snapshot. */
  static boolean headerVerifies(Disk file, SnapshotId id) {
    byte[] header = new byte[HEADER];
    if (file.read(header, 0, HEADER, 0) < HEADER) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(header);
    if (in.getInt(HEADER - 4) != crc(header, 0, HEADER - 4) || in.getLong() != MAGIC) {
      return false;
    }
    int version = in.getInt();
    if (version > VERSION) {
      throw Failures.newer(file.path(), version, VERSION);
    }
    return new SnapshotId(in.getLong(), in.getLong(), in.getLong()).equals(id);
  }

  static byte[] chunkHeader(int length, long offset, int checksum) {
    ByteBuffer header = ByteBuffer.allocate(CHUNK_HEADER);
    header.putInt(length).putLong(offset).putInt(checksum);
    header.putInt(crc(header.array(), 0, CHUNK_HEADER - 4));
    return header.array();
  }

  static byte[] end(long length) {
    return chunkHeader(END, length, 0);
  }

  /** The chunk's header at a place, or null if it does not verify or is not for this offset. */
  static Chunk chunkAt(Disk file, long at, long offset) {
    byte[] header = new byte[CHUNK_HEADER];
    if (file.read(header, 0, CHUNK_HEADER, at) < CHUNK_HEADER) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(header);
    Chunk chunk = new Chunk(in.getInt(), in.getLong(), in.getInt());
    boolean valid =
        in.getInt() == crc(header, 0, CHUNK_HEADER - 4)
            && chunk.offset() == offset
            && (chunk.isEnd() || chunk.length() > 0 && chunk.length() <= MAX_CHUNK);
    return valid ? chunk : null;
  }

  /** The data of a chunk whose header is at a place, or null if it does not verify. */
  static byte[] dataAt(Disk file, long at, Chunk chunk) {
    byte[] data = new byte[chunk.length()];
    int length = file.read(data, 0, data.length, at + CHUNK_HEADER);
    return length == data.length && crc(data, 0, length) == chunk.checksum() ? data : null;
  }

  static String name(SnapshotId id) {
    return "snap-" + id.epoch() + "-" + id.inner() + "-" + Long.toHexString(id.id());
  }

  /** The identity a file name says, or null if it is not one of a snapshot. */
  static SnapshotId parse(Path file, String suffix) {
    String name = file.getFileName().toString();
    if (!name.matches("snap-[0-9]{1,18}-[0-9]{1,18}-[0-9a-f]{1,16}\\" + suffix)) {
      return null;
    }
    String[] parts = name.substring(0, name.length() - suffix.length()).split("-");
    return new SnapshotId(
        Long.parseLong(parts[1]), Long.parseLong(parts[2]), Long.parseUnsignedLong(parts[3], 16));
  }
}
