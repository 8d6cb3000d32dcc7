package org.quorate.core.snapshot;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;

/**
 * Which piece of a snapshot comes from whom. Each donor is asked for one piece at a time, the first
 * that nobody else is asked for, so a slow one has few of them; what a silent one was asked for
 * another one gets. On the group's loop.
 */
final class SnapshotPieces {
  /** Pieces in memory or on the way: those that are there wait for the ones before them. */
  private static final int WINDOW = 8;

  /** So long a donor is waited for when another one has nothing to do. */
  private static final long PATIENCE_MS = 1_000;

  /** What one donor was asked for. */
  record Asked(long from, long to, long atMs) {
    int bytes() {
      return (int) (to - from);
    }
  }

  private final int pieceBytes;
  private final Map<NodeId, Asked> donors = new LinkedHashMap<>(); // null: nothing
  private final TreeMap<Long, Long> open = new TreeMap<>(); // from, to: nobody is asked for it
  private final TreeMap<Long, Bytes> arrived = new TreeMap<>();
  private long taken;

  /** Of so many bytes, of which those below {@code have} are there. */
  SnapshotPieces(long have, long length, int pieceBytes) {
    this.pieceBytes = pieceBytes;
    taken = have;
    if (have < length) {
      open.put(have, length);
    }
  }

  Iterable<NodeId> donors() {
    return donors.keySet();
  }

  /** Those who are asked for nothing. */
  List<NodeId> idle() {
    return donors.keySet().stream().filter(donor -> donors.get(donor) == null).toList();
  }

  /** One more donor, or one that is known. */
  void add(NodeId donor) {
    donors.putIfAbsent(donor, null);
  }

  /** What a donor was asked for and has not sent, or null. */
  Asked asked(NodeId donor) {
    return donors.get(donor);
  }

  /** What a donor that has nothing to do is to be asked for, or null for nothing now. */
  Asked ask(NodeId donor, long nowMs) {
    Asked next = next(nowMs);
    donors.put(donor, next);
    return next;
  }

  private Asked next(long nowMs) {
    Map.Entry<Long, Long> first = open.firstEntry();
    if (first != null && first.getKey() < taken + (long) WINDOW * pieceBytes) {
      open.remove(first.getKey());
      long to = Math.min(first.getValue(), first.getKey() + pieceBytes);
      if (to < first.getValue()) {
        open.put(to, first.getValue());
      }
      return new Asked(first.getKey(), to, nowMs);
    }
    return takeOver(nowMs);
  }

  /** The first piece that another was asked for too long ago, who is no donor until it offers again. */
  private Asked takeOver(long nowMs) {
    NodeId silent = null;
    for (Map.Entry<NodeId, Asked> e : donors.entrySet()) {
      Asked asked = e.getValue();
      boolean late = asked != null && nowMs - asked.atMs() > PATIENCE_MS;
      if (late && (silent == null || asked.from() < donors.get(silent).from())) {
        silent = e.getKey();
      }
    }
    if (silent == null) {
      return null;
    }
    Asked piece = donors.remove(silent);
    return new Asked(piece.from(), piece.to(), nowMs);
  }

  /** A donor sent data; false if it was not asked for that, or no more. */
  boolean arrived(NodeId donor, long offset, Bytes data) {
    Asked asked = donors.get(donor);
    if (asked == null
        || asked.from() != offset
        || data.isEmpty()
        || data.length() > asked.bytes()) {
      return false;
    }
    donors.put(donor, null);
    arrived.put(offset, data);
    if (data.length() < asked.bytes()) {
      open.put(offset + data.length(), asked.to());
    }
    return true;
  }

  /** What comes next in the file, or null; the caller writes it. */
  Bytes take() {
    Bytes next = arrived.remove(taken);
    if (next != null) {
      taken += next.length();
    }
    return next;
  }
}
