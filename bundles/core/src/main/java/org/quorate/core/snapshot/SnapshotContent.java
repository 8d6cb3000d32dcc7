package org.quorate.core.snapshot;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StorageException;

/**
 * The content of a snapshot file: key and value with their lengths in front, in key order, then an
 * empty key and the number of entries. Blocks: for worker threads.
 */
final class SnapshotContent {
  private SnapshotContent() {}

  /** Writes all entries and publishes the snapshot. */
  static void write(
      StateCursor entries, SnapshotStore.Writer file, int chunkBytes, StateBatch.Pace pace) {
    Encoder chunk = new Encoder(chunkBytes + 1024);
    long count = 0;
    while (entries.next()) {
      chunk.bytes(entries.key()).bytes(entries.value());
      count++;
      if (chunk.size() >= chunkBytes) {
        pace.wrote(chunk.size());
        file.write(file.offset(), chunk.take());
        chunk.reset();
      }
    }
    file.write(file.offset(), chunk.varint(0).varint(count).take());
    file.finish();
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
      return new StorageException(
          StorageException.Kind.CORRUPT,
          "snapshot " + file.id() + " at offset " + (fetched - buffer.length()) + ": " + what);
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
