package org.quorate.storage.mapdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.mapdb.BTreeMap;
import org.mapdb.DB;
import org.mapdb.DBException;
import org.mapdb.DBMaker;
import org.mapdb.DataInput2;
import org.mapdb.DataOutput2;
import org.mapdb.Serializer;
import org.mapdb.Store;
import org.mapdb.StoreDirect;
import org.mapdb.volume.VolumeFactory;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/**
 * Reads a {@link Tree}. Over a {@link CommittedVolume} it is what a commit left, for any number of
 * threads, whatever the next commit does meanwhile.
 */
final class TreeView {
  /** A stored block begins with one of these: the block follows, or the number of its record. */
  static final byte INLINE = 0;

  static final byte APART = 1;
  static final byte[] LOWEST = {};

  private static final String MAP = "state";

  private static final Serializer<Bytes> COPY =
      new BlockReader() {
        @Override
        Bytes read(byte[] array, int from, int length) {
          return Bytes.wrap(Arrays.copyOfRange(array, from, from + length));
        }
      };

  /** Of pages that do not change. */
  private static final Serializer<Bytes> SLICE =
      new BlockReader() {
        @Override
        Bytes read(byte[] array, int from, int length) {
          return Bytes.wrap(array, from, length);
        }
      };

  /** Reads the record of a block. */
  private abstract static class BlockReader implements Serializer<Bytes> {
    abstract Bytes read(byte[] array, int from, int length);

    @Override
    public Bytes deserialize(DataInput2 in, int available) {
      int from = in.getPos();
      in.setPos(from + available);
      return read(in.internalByteArray(), from, available);
    }

    @Override
    public void serialize(DataOutput2 out, Bytes block) {
      throw new UnsupportedOperationException("blocks are written as arrays");
    }

    @Override
    public boolean needsAvailableSizeHint() {
      return true;
    }
  }

  /** Entries of a node; a node is written as a whole when one of them changes. */
  private static final int NODE_SIZE = 24;

  private final Path file;
  private final Store store;
  private final BTreeMap<byte[], byte[]> map;
  private final Serializer<Bytes> blocks;

  private TreeView(Path file, Store store, BTreeMap<byte[], byte[]> map, Serializer<Bytes> blocks) {
    this.file = file;
    this.store = store;
    this.map = map;
    this.blocks = blocks;
  }

  /** Of a tree that is being changed: what is read from it is copied. */
  static TreeView changing(Path file, Store store, BTreeMap<byte[], byte[]> map) {
    return new TreeView(file, store, map, COPY);
  }

  /** Opens a database to change it. */
  static DB database(Path file, PagedVolume volume, boolean exists) {
    try {
      // The pages have checksums; MapDB's own of its header is not needed to trust it.
      return DBMaker.volumeDB(volume, exists).checksumHeaderBypass().make();
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw broken(file, e);
    }
  }

  static DB.TreeMapMaker<byte[], byte[]> maker(DB db) {
    return db.treeMap(MAP)
        .keySerializer(Serializer.BYTE_ARRAY)
        .valueSerializer(Serializer.BYTE_ARRAY)
        .maxNodeSize(NODE_SIZE);
  }

  /** Looks at what a commit left: without the catalogue and the locks that a change needs. */
  static TreeView of(Path file, CommittedVolume volume, long root) {
    try {
      Store store =
          StoreDirect.Companion.make(
              null,
              VolumeFactory.wrap(volume, true),
              0, // no wait for a lock of the file
              true, // read only
              false, // so no locks
              0,
              0,
              0,
              false,
              false,
              false,
              true, // of the header: as it was made
              false);
      BTreeMap<byte[], byte[]> map =
          new BTreeMap<>(
              PackedGroup.READER,
              PackedGroup.READER,
              root,
              store,
              true,
              NODE_SIZE,
              PackedGroup.READER,
              false,
              0,
              true,
              null);
      return new TreeView(file, store, map, SLICE);
    } catch (StorageException e) {
      throw e;
    } catch (RuntimeException e) {
      throw broken(file, e);
    }
  }

  static StorageException broken(Path file, RuntimeException cause) {
    return new StorageException(Kind.CORRUPT, file + ": " + cause, cause);
  }

  /** The block behind what a tree node holds. */
  Bytes load(byte[] stored) {
    if (stored[0] == INLINE) {
      return Bytes.wrap(stored, 1, stored.length - 1);
    }
    return store.get(recid(stored), blocks);
  }

  /** The record of a block that is apart. */
  static long recid(byte[] stored) {
    return ByteBuffer.wrap(stored).getLong(1);
  }

  Bytes get(Bytes key) {
    try {
      Map.Entry<byte[], byte[]> block = map.floorEntry(key.toByteArray());
      return block == null ? null : Block.find(load(block.getValue()), key);
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
    byte[] upper = to == null ? null : to.toByteArray();
    try {
      byte[] lower = map.floorKey(from.toByteArray());
      lower = lower == null ? LOWEST : lower;
      Iterator<Map.Entry<byte[], byte[]>> blocks =
          reverse
              ? map.descendingEntryIterator(lower, true, upper, false)
              : map.entryIterator(lower, true, upper, false);
      boolean more = true;
      while (more && blocks.hasNext()) {
        List<Map.Entry<Bytes, Bytes>> entries = Block.entries(load(blocks.next().getValue()));
        if (reverse) {
          Collections.reverse(entries);
        }
        for (Map.Entry<Bytes, Bytes> entry : entries) {
          int order = entry.getKey().compareTo(from);
          boolean within = order > 0 || order == 0 && fromIncluded;
          if (within && (to == null || entry.getKey().compareTo(to) < 0)) {
            more = sink.take(entry.getKey(), entry.getValue());
            if (!more) {
              break;
            }
          }
        }
      }
    } catch (DBException e) {
      throw broken(file, e);
    }
  }
}
