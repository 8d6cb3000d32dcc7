package org.quorate.storage.mapdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Map;
import org.mapdb.Atomic;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBException;
import org.mapdb.DBMaker;
import org.mapdb.Serializer;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/**
 * One generation of a group's state: a MapDB tree over a {@link PagedVolume}, with the applied index
 * inside. Reads may run beside each other; the caller excludes them from everything else.
 *
 * <p>A value of up to {@value #INLINE_MAX} bytes is in its tree node; a longer one is a record of its
 * own that the node names, so that a change beside it does not write it again.
 */
final class Tree {
  /** Entries of a node; a node is written as a whole when one of them changes. */
  private static final int NODE_SIZE = 24;

  private static final int INLINE_MAX = 512;
  private static final byte INLINE = 0;
  private static final byte APART = 1;
  private static final String MAP = "state";
  private static final String APPLIED = "applied";
  private static final String LIVE = "live";

  /** What an entry costs beside its key and value, roughly. */
  private static final int ENTRY_BYTES = 32;

  private final Path file;
  private final PagedVolume volume;
  private final DB db;
  private final BTreeMap<byte[], byte[]> map;
  private final Atomic.Long applied;
  private final Atomic.Long live;
  private long liveBytes;

  private Tree(Path file, PagedVolume volume, DB db, BTreeMap<byte[], byte[]> map) {
    this.file = file;
    this.volume = volume;
    this.db = db;
    this.map = map;
    this.applied = db.atomicLong(APPLIED).createOrOpen();
    this.live = db.atomicLong(LIVE).createOrOpen();
    this.liveBytes = live.get();
  }

  private static DB database(PagedVolume volume, boolean exists) {
    // The pages have checksums; MapDB's own of its header is not needed to trust it.
    return DBMaker.volumeDB(volume, exists).checksumHeaderBypass().make();
  }

  private static DB.TreeMapMaker<byte[], byte[]> maker(DB db) {
    return db.treeMap(MAP)
        .keySerializer(Serializer.BYTE_ARRAY)
        .valueSerializer(Serializer.BYTE_ARRAY)
        .maxNodeSize(NODE_SIZE);
  }

  /** A new tree with a content in key order. */
  static Tree create(Path file, PagedVolume volume, StateCursor content) {
    DB db = database(volume, false);
    DB.TreeMapSink<byte[], byte[]> sink = maker(db).createFromSink();
    long liveBytes = 0;
    Bytes last = null;
    while (content.next()) {
      Bytes key = content.key();
      if (last != null && last.compareTo(key) >= 0) {
        throw new IllegalArgumentException("key " + key + " after " + last);
      }
      last = key;
      byte[] stored = store(db, content.value());
      sink.put(key.toByteArray(), stored);
      liveBytes += cost(key, stored);
    }
    Tree tree = new Tree(file, volume, db, sink.create());
    tree.liveBytes = liveBytes;
    return tree;
  }

  static Tree open(Path file, PagedVolume volume) {
    try {
      DB db = database(volume, true);
      return new Tree(file, volume, db, maker(db).open());
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw broken(file, e);
    }
  }

  private static StorageException broken(Path file, RuntimeException cause) {
    return new StorageException(Kind.CORRUPT, file + ": " + cause, cause);
  }

  private static byte[] store(DB db, Bytes value) {
    if (value.length() <= INLINE_MAX) {
      byte[] stored = new byte[1 + value.length()];
      stored[0] = INLINE;
      value.copyTo(stored, 1);
      return stored;
    }
    long recid = db.getStore().put(value.toByteArray(), Serializer.BYTE_ARRAY_NOSIZE);
    return ByteBuffer.allocate(13).put(APART).putLong(recid).putInt(value.length()).array();
  }

  private static long cost(Bytes key, byte[] stored) {
    int apart = stored[0] == APART ? ByteBuffer.wrap(stored).getInt(9) : 0;
    return ENTRY_BYTES + key.length() + stored.length + apart;
  }

  private Bytes load(byte[] stored) {
    if (stored[0] == INLINE) {
      return Bytes.wrap(stored, 1, stored.length - 1);
    }
    long recid = ByteBuffer.wrap(stored).getLong(1);
    return Bytes.wrap(db.getStore().get(recid, Serializer.BYTE_ARRAY_NOSIZE));
  }

  Bytes get(Bytes key) {
    try {
      byte[] stored = map.get(key.toByteArray());
      return stored == null ? null : load(stored);
    } catch (DBException e) {
      throw broken(file, e);
    }
  }

  /** Part of a walk. */
  interface Sink {
    /** Takes an entry; false for no more. */
    boolean take(Bytes key, Bytes value);
  }

  /**
   * Walks forward or backward over a range.
   *
   * @param from lower bound, excluded unless {@code fromIncluded}
   * @param to upper bound, excluded, or null
   */
  void walk(Bytes from, boolean fromIncluded, Bytes to, boolean reverse, Sink sink) {
    byte[] lower = from.toByteArray();
    byte[] upper = to == null ? null : to.toByteArray();
    try {
      Iterator<Map.Entry<byte[], byte[]>> entries =
          reverse
              ? map.descendingEntryIterator(lower, fromIncluded, upper, false)
              : map.entryIterator(lower, fromIncluded, upper, false);
      boolean more = true;
      while (more && entries.hasNext()) {
        Map.Entry<byte[], byte[]> entry = entries.next();
        more = sink.take(Bytes.wrap(entry.getKey()), load(entry.getValue()));
      }
    } catch (DBException e) {
      throw broken(file, e);
    }
  }

  /** Changes one key in memory. */
  void change(Bytes key, Bytes value) {
    byte[] fresh = value == StateBatch.DELETED ? null : store(db, value);
    byte[] old = fresh == null ? map.remove(key.toByteArray()) : map.put(key.toByteArray(), fresh);
    liveBytes += fresh == null ? 0 : cost(key, fresh);
    liveBytes -= old == null ? 0 : cost(key, old);
    if (old != null && old[0] == APART) {
      db.getStore().delete(ByteBuffer.wrap(old).getLong(1), Serializer.BYTE_ARRAY_NOSIZE);
    }
  }

  /** Roughly what the content would take if nothing of the file were free or half empty. */
  long liveBytes() {
    return liveBytes;
  }

  /** Completes the changes in memory; the volume makes them durable. */
  void complete(long newApplied) {
    applied.set(newApplied);
    live.set(liveBytes);
    db.commit();
  }

  long applied() {
    return applied.get();
  }

  PagedVolume volume() {
    return volume;
  }

  /** Gives up what is not durable. */
  void close() {
    volume.close();
  }
}
