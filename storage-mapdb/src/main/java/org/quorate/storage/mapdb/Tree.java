package org.quorate.storage.mapdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.mapdb.Atomic;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.Serializer;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StorageException;

/**
 * One generation of a group's state: a MapDB tree over a {@link PagedVolume}, with the applied index
 * inside. For the thread that commits alone; others read by a {@link TreeView} of what was committed.
 *
 * <p>The tree holds {@link Block blocks} of neighbouring entries by a key that is a lower bound of
 * theirs; the first block's is empty. A block of up to {@value #INLINE_MAX} bytes is in its tree node;
 * a longer one is a record of its own that the node names, so that a change beside it does not write
 * it again.
 */
final class Tree {
  private static final int INLINE_MAX = 512;
  private static final String APPLIED = "applied";
  private static final String LIVE = "live";

  /** What an entry costs beside its key and value, roughly. */
  private static final int ENTRY_BYTES = 32;

  private final PagedVolume volume;
  private final TreeView view;
  private final DB db;
  private final BTreeMap<byte[], byte[]> map;
  private final Atomic.Long applied;
  private final Atomic.Long live;
  private long liveBytes;
  private OpenBlock open;

  private Tree(Path file, PagedVolume volume, DB db, BTreeMap<byte[], byte[]> map) {
    this.volume = volume;
    this.view = TreeView.changing(file, db.getStore(), map);
    this.db = db;
    this.map = map;
    this.applied = db.atomicLong(APPLIED).createOrOpen();
    this.live = db.atomicLong(LIVE).createOrOpen();
    this.liveBytes = live.get();
  }

  /** A new tree with a content in key order. */
  static Tree create(Path file, PagedVolume volume, StateCursor content) {
    DB db = TreeView.database(file, volume, false);
    DB.TreeMapSink<byte[], byte[]> sink = TreeView.maker(db).createFromSink();
    long liveBytes = 0;
    Bytes last = null;
    byte[] lower = TreeView.LOWEST;
    TreeMap<Bytes, Bytes> gathered = new TreeMap<>();
    long bytes = 0;
    boolean more = true;
    while (more) {
      more = content.next();
      if (more) {
        Bytes key = content.key();
        if (last != null && last.compareTo(key) >= 0) {
          throw new IllegalArgumentException("key " + key + " after " + last);
        }
        last = key;
        gathered.put(key, content.value());
        bytes += key.length() + content.value().length();
      }
      if (!gathered.isEmpty() && (!more || bytes > Block.MAX_BYTES)) {
        for (Map.Entry<Bytes, Bytes> block : Block.pack(gathered, false).entrySet()) {
          lower = lower == null ? block.getKey().toByteArray() : lower;
          byte[] stored = store(db, block.getValue());
          sink.put(lower, stored);
          liveBytes += cost(lower, stored);
          lower = null;
        }
        gathered.clear();
        bytes = 0;
      }
    }
    Tree tree = new Tree(file, volume, db, sink.create());
    tree.liveBytes = liveBytes;
    return tree;
  }

  static Tree open(Path file, PagedVolume volume) {
    DB db = TreeView.database(file, volume, true);
    try {
      return new Tree(file, volume, db, TreeView.maker(db).open());
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw TreeView.broken(file, e);
    }
  }

  private static byte[] store(DB db, Bytes value) {
    if (value.length() <= INLINE_MAX) {
      byte[] stored = new byte[1 + value.length()];
      stored[0] = TreeView.INLINE;
      value.copyTo(stored, 1);
      return stored;
    }
    long recid = db.getStore().put(value.toByteArray(), Serializer.BYTE_ARRAY_NOSIZE);
    return ByteBuffer.allocate(13)
        .put(TreeView.APART)
        .putLong(recid)
        .putInt(value.length())
        .array();
  }

  private static long cost(byte[] lower, byte[] stored) {
    int apart = stored[0] == TreeView.APART ? ByteBuffer.wrap(stored).getInt(9) : 0;
    return ENTRY_BYTES + lower.length + stored.length + apart;
  }

  /** A block that is being changed. */
  private static final class OpenBlock {
    final byte[] lower;
    final byte[] stored; // null for a new one
    final Bytes upper; // first key of the next block, null for none
    final TreeMap<Bytes, Bytes> entries = new TreeMap<>();
    final Bytes last; // when it was opened, null if it was empty
    boolean atEnd = true;

    OpenBlock(byte[] lower, byte[] stored, Bytes content, byte[] next) {
      this.lower = lower;
      this.stored = stored;
      this.upper = next == null ? null : Bytes.wrap(next);
      Block.entries(content).forEach(e -> entries.put(e.getKey(), e.getValue()));
      this.last = entries.isEmpty() ? null : entries.lastKey();
    }

    boolean covers(Bytes key) {
      return key.compareTo(Bytes.wrap(lower)) >= 0 && (upper == null || key.compareTo(upper) < 0);
    }

    void change(Bytes key, Bytes value) {
      if (value == StateBatch.DELETED) {
        entries.remove(key);
      } else {
        entries.put(key, value);
        atEnd &= last == null || key.compareTo(last) > 0;
      }
    }
  }

  /** Changes one key in memory. Quick in key order. */
  void change(Bytes key, Bytes value) {
    if (open == null || !open.covers(key)) {
      flush();
      byte[] at = key.toByteArray();
      Map.Entry<byte[], byte[]> block = map.floorEntry(at);
      open =
          block == null
              ? new OpenBlock(TreeView.LOWEST, null, Bytes.EMPTY, map.higherKey(TreeView.LOWEST))
              : new OpenBlock(
                  block.getKey(),
                  block.getValue(),
                  view.load(block.getValue()),
                  map.higherKey(block.getKey()));
    }
    open.change(key, value);
  }

  /** Puts the changed block into the tree; may be called at any time between changes. */
  void flush() {
    if (open == null) {
      return;
    }
    OpenBlock done = open;
    open = null;
    byte[] lower = done.lower;
    byte[] old = done.stored;
    for (Bytes content : Block.pack(done.entries, done.atEnd).values()) {
      byte[] at = lower == null ? Block.entries(content).get(0).getKey().toByteArray() : lower;
      put(at, old, content);
      lower = null;
      old = null;
    }
    if (done.entries.isEmpty() && old != null) {
      map.remove(lower);
      liveBytes -= cost(lower, old);
      if (old[0] == TreeView.APART) {
        db.getStore().delete(TreeView.recid(old), Serializer.BYTE_ARRAY_NOSIZE);
      }
    }
  }

  private void put(byte[] lower, byte[] old, Bytes content) {
    byte[] stored;
    if (old != null && old[0] == TreeView.APART && content.length() > INLINE_MAX) {
      long recid = TreeView.recid(old);
      db.getStore().update(recid, content.toByteArray(), Serializer.BYTE_ARRAY_NOSIZE);
      stored =
          ByteBuffer.allocate(13)
              .put(TreeView.APART)
              .putLong(recid)
              .putInt(content.length())
              .array();
    } else {
      stored = store(db, content);
      if (old != null && old[0] == TreeView.APART) {
        db.getStore().delete(TreeView.recid(old), Serializer.BYTE_ARRAY_NOSIZE);
      }
    }
    if (!Arrays.equals(old, stored)) {
      map.put(lower, stored);
    }
    liveBytes += cost(lower, stored) - (old == null ? 0 : cost(lower, old));
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

  /** Where readers find the root. */
  long root() {
    return map.getRootRecidRecid();
  }

  PagedVolume volume() {
    return volume;
  }

  /** Gives up what is not durable. */
  void close() {
    volume.close();
  }
}
