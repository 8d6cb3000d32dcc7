package org.quorate.storage.mapdb;

import java.nio.file.Path;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;
import org.quorate.spi.storage.SnapshotStore.Writer;

/**
 * Writes a snapshot's file. What is there already is verified and kept up to the first chunk that
 * does not verify: a partial snapshot is nobody's only copy, the sender sends the rest again.
 */
final class SnapshotWriter implements Writer {
  private final Disk file;
  private final SnapshotId id;
  private final Runnable publish;
  private long position;
  private long offset;
  private boolean finished;
  private boolean closed;

  /**
   * Opens or creates.
   *
   * @param publish renames the file, once it is synced and closed
   */
  SnapshotWriter(Path path, SnapshotId id, Runnable publish) {
    this.file = Disk.open(path, true, Disk.Guard.NONE);
    this.id = id;
    this.publish = publish;
    try {
      resume();
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void resume() {
    if (SnapshotFormat.headerVerifies(file, id)) {
      position = SnapshotFormat.HEADER;
      verify();
      file.truncate(position);
    } else {
      file.truncate(0);
      file.write(SnapshotFormat.header(id), 0, SnapshotFormat.HEADER, 0);
      position = SnapshotFormat.HEADER;
    }
  }

  /** Moves position and offset behind the last chunk that verifies. */
  private void verify() {
    offset = 0;
    while (true) {
      SnapshotFormat.Chunk chunk = SnapshotFormat.chunkAt(file, position, offset);
      if (chunk == null || chunk.isEnd() || SnapshotFormat.dataAt(file, position, chunk) == null) {
        return;
      }
      position += SnapshotFormat.CHUNK_HEADER + chunk.length();
      offset += chunk.length();
    }
  }

  @Override
  public long offset() {
    return offset;
  }

  @Override
  public void write(long at, Bytes chunk) {
    checkOpen();
    if (at != offset) {
      throw new IllegalArgumentException("chunk at " + at + " instead of " + offset);
    }
    for (int from = 0; from < chunk.length(); from += SnapshotFormat.MAX_CHUNK) {
      append(chunk.slice(from, Math.min(SnapshotFormat.MAX_CHUNK, chunk.length() - from)));
    }
  }

  private void append(Bytes data) {
    int length = data.length();
    int crc = SnapshotFormat.crc(data.array(), data.arrayOffset(), length);
    byte[] header = SnapshotFormat.chunkHeader(length, offset, crc);
    file.write(header, 0, header.length, position);
    file.write(data.array(), data.arrayOffset(), length, position + header.length);
    position += header.length + length;
    offset += length;
  }

  @Override
  public void finish() {
    checkOpen();
    long written = offset;
    byte[] end = SnapshotFormat.end(written);
    file.write(end, 0, end.length, position);
    file.sync();
    position = SnapshotFormat.HEADER;
    verify();
    if (offset != written) {
      throw Failures.corrupt(file.path(), position, "chunk read back does not verify");
    }
    finished = true;
    close();
    publish.run();
  }

  private void checkOpen() {
    if (finished || closed) {
      throw new IllegalStateException(id + (finished ? " is complete" : ": the writer is closed"));
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      file.close();
    }
  }
}
