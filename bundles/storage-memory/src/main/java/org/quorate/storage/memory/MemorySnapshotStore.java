package org.quorate.storage.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.StorageException;

/** Snapshots of one group as lists of chunks on the heap. Thread-safe. */
final class MemorySnapshotStore implements SnapshotStore {
  private static final Comparator<SnapshotId> AGE =
      Comparator.comparingLong(SnapshotId::epoch)
          .thenComparingLong(SnapshotId::inner)
          .thenComparingLong(SnapshotId::id);

  private final NavigableMap<SnapshotId, Chunks> complete = new TreeMap<>(AGE);
  private final NavigableMap<SnapshotId, Chunks> partial = new TreeMap<>(AGE);

  /** Content of a snapshot: chunks by the offset they begin at. */
  private static final class Chunks {
    private final TreeMap<Long, Bytes> byOffset = new TreeMap<>();
    private long length;

    synchronized void add(Bytes chunk) {
      if (!chunk.isEmpty()) {
        byOffset.put(length, chunk.copy());
        length += chunk.length();
      }
    }

    synchronized long length() {
      return length;
    }

    synchronized Bytes read(long offset, int maxBytes) {
      Encoder out = new Encoder((int) Math.min(maxBytes, Math.max(0, length - offset)));
      while (out.size() < maxBytes && offset + out.size() < length) {
        long at = offset + out.size();
        Map.Entry<Long, Bytes> chunk = byOffset.floorEntry(at);
        Bytes rest = chunk.getValue().from((int) (at - chunk.getKey()));
        out.raw(rest.slice(0, Math.min(rest.length(), maxBytes - out.size())));
      }
      return out.take();
    }
  }

  @Override
  public synchronized Writer write(SnapshotId id) {
    partial.keySet().removeIf(other -> !other.equals(id));
    Chunks done = complete.get(id);
    return done != null
        ? new HeapWriter(id, done, true)
        : new HeapWriter(id, partial.computeIfAbsent(id, i -> new Chunks()), false);
  }

  private synchronized void publish(SnapshotId id, Chunks chunks) {
    if (partial.remove(id) != chunks) {
      throw new IllegalStateException(id + " was given up");
    }
    complete.put(id, chunks);
    complete.headMap(id, false).clear();
  }

  @Override
  public synchronized List<SnapshotId> complete() {
    return new ArrayList<>(complete.keySet());
  }

  @Override
  public synchronized Reader read(SnapshotId id) {
    Chunks chunks = complete.get(id);
    if (chunks == null) {
      throw new StorageException(StorageException.Kind.IO, "there is no complete " + id);
    }
    return new HeapReader(id, chunks);
  }

  @Override
  public synchronized void delete(SnapshotId id) {
    complete.remove(id);
    partial.remove(id);
  }

  @Override
  public void close() {
    // Everything stays for the next who asks; the heap needs no release.
  }

  private final class HeapWriter implements Writer {
    private final SnapshotId id;
    private final Chunks chunks;
    private boolean finished;

    HeapWriter(SnapshotId id, Chunks chunks, boolean finished) {
      this.id = id;
      this.chunks = chunks;
      this.finished = finished;
    }

    @Override
    public long offset() {
      return chunks.length();
    }

    @Override
    public void write(long at, Bytes chunk) {
      if (finished) {
        throw new IllegalStateException(id + " is complete");
      }
      if (at != chunks.length()) {
        throw new IllegalArgumentException("chunk at " + at + " instead of " + chunks.length());
      }
      chunks.add(chunk);
    }

    @Override
    public void finish() {
      if (!finished) {
        publish(id, chunks);
        finished = true;
      }
    }

    @Override
    public void close() {
      // What is there stays for a later resume.
    }
  }

  private record HeapReader(SnapshotId id, Chunks chunks) implements Reader {
    @Override
    public long length() {
      return chunks.length();
    }

    @Override
    public Bytes read(long offset, int maxBytes) {
      if (offset < 0 || maxBytes < 1) {
        throw new IllegalArgumentException("read of " + maxBytes + " bytes at " + offset);
      }
      return chunks.read(offset, maxBytes);
    }

    @Override
    public void close() {
      // Nothing is held but the chunks themselves.
    }
  }
}
