package org.quorate.storage.mapdb;

import java.nio.file.Path;
import java.util.Arrays;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.storage.SnapshotStore.Reader;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;

/** Reads a complete snapshot's file: headers when it is opened, the data of a chunk when it is read. */
final class SnapshotReader implements Reader {
  private final Disk file;
  private final SnapshotId id;

  /** Where each chunk begins in the snapshot, and behind the last where it ends. */
  private long[] offsets = new long[16];

  private long[] positions = new long[16];
  private int chunks;
  private int cached = -1;
  private byte[] data;

  SnapshotReader(Path path, SnapshotId id) {
    this.file = Disk.openToRead(path);
    this.id = id;
    try {
      index();
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void index() {
    if (!SnapshotFormat.headerVerifies(file, id)) {
      throw Failures.corrupt(file.path(), 0, "header does not verify");
    }
    long position = SnapshotFormat.HEADER;
    long offset = 0;
    while (true) {
      SnapshotFormat.Chunk chunk = SnapshotFormat.chunkAt(file, position, offset);
      if (chunk == null) {
        throw Failures.corrupt(file.path(), position, "chunk header does not verify");
      }
      add(position, offset);
      position += SnapshotFormat.CHUNK_HEADER;
      if (chunk.isEnd()) {
        break;
      }
      position += chunk.length();
      offset += chunk.length();
    }
    chunks--;
    if (position != file.size()) {
      throw Failures.corrupt(file.path(), position, "bytes behind the end");
    }
  }

  private void add(long position, long offset) {
    if (chunks == offsets.length) {
      offsets = Arrays.copyOf(offsets, chunks * 2);
      positions = Arrays.copyOf(positions, chunks * 2);
    }
    positions[chunks] = position;
    offsets[chunks] = offset;
    chunks++;
  }

  @Override
  public SnapshotId id() {
    return id;
  }

  @Override
  public long length() {
    return offsets[chunks];
  }

  @Override
  public Bytes read(long offset, int maxBytes) {
    if (offset < 0 || maxBytes < 1) {
      throw new IllegalArgumentException("read of " + maxBytes + " bytes at " + offset);
    }
    int wanted = (int) Math.max(0, Math.min(maxBytes, length() - offset));
    if (wanted == 0) {
      return Bytes.EMPTY;
    }
    Encoder out = new Encoder(wanted);
    int found = Arrays.binarySearch(offsets, 0, chunks, offset);
    for (int i = found >= 0 ? found : -found - 2; out.size() < wanted; i++) {
      byte[] chunk = chunk(i);
      int from = (int) (offset + out.size() - offsets[i]);
      out.raw(Bytes.wrap(chunk, from, Math.min(chunk.length - from, wanted - out.size())));
    }
    return out.take();
  }

  private byte[] chunk(int number) {
    if (number != cached) {
      SnapshotFormat.Chunk chunk = SnapshotFormat.chunkAt(file, positions[number], offsets[number]);
      byte[] read =
          chunk == null || chunk.isEnd()
              ? null
              : SnapshotFormat.dataAt(file, positions[number], chunk);
      if (read == null) {
        throw Failures.corrupt(file.path(), positions[number], "chunk does not verify");
      }
      data = read;
      cached = number;
    }
    return data;
  }

  @Override
  public void close() {
    file.close();
  }
}
