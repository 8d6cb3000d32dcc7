package org.quorate.core.snapshot;

import java.util.zip.CRC32C;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StorageException;

/**
 * The content of a snapshot file: key and value with their lengths in front, in key order, then an
 * empty key, the number of entries and the checksum (CRC32C, four bytes) of all before it. A function
 * of the entries: replicas that stand at one position write the same. Blocks: for worker threads.
 */
final class SnapshotContent {
  private static final int CHECKSUM_BYTES = 4;

  private SnapshotContent() {}

  /** Writes all entries and publishes the snapshot. */
  static void write(
      StateCursor entries, SnapshotStore.Writer file, int chunkBytes, StateBatch.Pace pace) {
    Encoder chunk = new Encoder(chunkBytes + 1024);
    CRC32C crc = new CRC32C();
    long count = 0;
    while (entries.next()) {
      chunk.bytes(entries.key()).bytes(entries.value());
      count++;
      if (chunk.size() >= chunkBytes) {
        pace.wrote(chunk.size());
        crc.update(chunk.array(), 0, chunk.size());
        file.write(file.offset(), chunk.take());
        chunk.reset();
      }
    }
    chunk.varint(0).varint(count);
    crc.update(chunk.array(), 0, chunk.size());
    file.write(file.offset(), chunk.i32((int) crc.getValue()).take());
    file.finish();
  }

  /** The checksum that a complete snapshot names. */
  static int checksum(SnapshotStore.Reader file) {
    Bytes end = file.read(Math.max(0, file.length() - CHECKSUM_BYTES), CHECKSUM_BYTES);
    if (end.length() < CHECKSUM_BYTES) {
      throw corrupt(file, file.length(), "cut short");
    }
    return new Decoder(end).i32();
  }

  /** Whether a complete snapshot holds what its checksum says. */
  static boolean verifies(SnapshotStore.Reader file, int chunkBytes) {
    CRC32C crc = new CRC32C();
    long end = file.length() - CHECKSUM_BYTES;
    long at = 0;
    while (at < end) {
      Bytes piece = file.read(at, (int) Math.min(chunkBytes, end - at));
      if (piece.isEmpty()) {
        return false;
      }
      crc.update(piece.array(), piece.arrayOffset(), piece.length());
      at += piece.length();
    }
    return end >= 0 && (int) crc.getValue() == checksum(file);
  }

  private static StorageException corrupt(SnapshotStore.Reader file, long at, String what) {
    return new StorageException(
        StorageException.Kind.CORRUPT, "snapshot " + file.id() + " at offset " + at + ": " + what);
  }

  /** Reads the entries of a snapshot; throws StorageException when it ends before its end mark. */
  static StateCursor read(SnapshotStore.Reader file, int chunkBytes) {
    return new Entries(file, chunkBytes);
  }

  private static final class Entries implements StateCursor {
    private final SnapshotStore.Reader file;
    private final int chunkBytes;
    private Bytes buffer = Bytes.EMPTY;
    private long fetched;
    private long count;
    private Bytes key;
    private Bytes value;

    Entries(SnapshotStore.Reader file, int chunkBytes) {
      this.file = file;
      this.chunkBytes = chunkBytes;
    }

    @Override
    public boolean next() {
      key = bytes();
      if (key.isEmpty()) {
        long said = varint();
        if (said != count) {
          throw corrupt("ends after " + count + " entries, its end mark says " + said);
        }
        return false;
      }
      value = bytes();
      count++;
      return true;
    }

    private long varint() {
      fill(Math.min(10, left()));
      Decoder in = new Decoder(buffer);
      long v = in.varint();
      buffer = buffer.from(in.offset());
      return v;
    }

    private Bytes bytes() {
      long length = varint();
      if (length > left()) {
        throw corrupt("cut short");
      }
      fill(length);
      Bytes slice = buffer.slice(0, (int) length);
      buffer = buffer.from((int) length);
      return slice;
    }

    private long left() {
      return buffer.length() + file.length() - fetched;
    }

    private void fill(long bytes) {
      while (buffer.length() < bytes) {
        Bytes more = file.read(fetched, chunkBytes);
        if (more.isEmpty()) {
          throw corrupt("cut short");
        }
        fetched += more.length();
        buffer = buffer.isEmpty() ? more : buffer.concat(more);
      }
    }

    private StorageException corrupt(String what) {
      return SnapshotContent.corrupt(file, fetched - buffer.length(), what);
    }

    @Override
    public Bytes key() {
      return key;
    }

    @Override
    public Bytes value() {
      return value;
    }

    @Override
    public void close() {
      buffer = Bytes.EMPTY;
    }
  }
}
