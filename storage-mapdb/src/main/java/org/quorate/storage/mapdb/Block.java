package org.quorate.storage.mapdb;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * Neighbouring entries in one value of the tree: key and value with their lengths in front, in key
 * order. A change in MapDB's tree costs some twenty microseconds whatever its size; keys that are
 * written together lie together, so a block makes one change of dozens.
 */
final class Block {
  /** A block is split when it is longer; one entry may be longer by itself. */
  static final int MAX_BYTES = 4096;

  private Block() {}

  /** The value of a key, or null. */
  static Bytes find(Bytes block, Bytes key) {
    Decoder in = new Decoder(block);
    while (in.remaining() > 0) {
      int order = in.bytes().compareTo(key);
      Bytes value = in.bytes();
      if (order >= 0) {
        return order == 0 ? value : null;
      }
    }
    return null;
  }

  /** All entries, in order. */
  static List<Map.Entry<Bytes, Bytes>> entries(Bytes block) {
    List<Map.Entry<Bytes, Bytes>> entries = new ArrayList<>();
    Decoder in = new Decoder(block);
    while (in.remaining() > 0) {
      entries.add(Map.entry(in.bytes(), in.bytes()));
    }
    return entries;
  }

  private static int size(Bytes key, Bytes value) {
    return key.length() + value.length() + 6;
  }

  /**
   * Packs entries into blocks, by the first key of each.
   *
   * @param full whether to fill all but the last, for keys that are added at the end; otherwise
   *     every block gets room for more
   */
  static TreeMap<Bytes, Bytes> pack(TreeMap<Bytes, Bytes> entries, boolean full) {
    long total = 0;
    for (Map.Entry<Bytes, Bytes> e : entries.entrySet()) {
      total += size(e.getKey(), e.getValue());
    }
    long parts = Math.max(1, (total + MAX_BYTES * 3 / 4 - 1) / (MAX_BYTES * 3 / 4));
    long target = full || total <= MAX_BYTES ? MAX_BYTES : total / parts;
    TreeMap<Bytes, Bytes> blocks = new TreeMap<>();
    Encoder out = new Encoder(MAX_BYTES + 512);
    Bytes first = null;
    for (Map.Entry<Bytes, Bytes> e : entries.entrySet()) {
      if (first != null && out.size() + size(e.getKey(), e.getValue()) > target) {
        blocks.put(first, out.drain());
        first = null;
      }
      first = first == null ? e.getKey() : first;
      out.bytes(e.getKey()).bytes(e.getValue());
    }
    if (first != null) {
      blocks.put(first, out.drain());
    }
    return blocks;
  }
}
