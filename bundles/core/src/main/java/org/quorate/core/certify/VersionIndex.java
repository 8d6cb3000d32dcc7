package org.quorate.core.certify;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * Which commit last wrote each key, for the versions since the horizon. A function of the log: all
 * replicas hold the same at the same position. The horizon follows the versions at a fixed distance,
 * so no report of a member, late or lost, can move it. Single-threaded.
 */
public final class VersionIndex {
  /** Versions remembered; a transaction on an older snapshot aborts with HORIZON. */
  public static final int VERSIONS = 65_536;

  /** Writes remembered, whatever their versions. */
  public static final int WRITES = 262_144;

  private static final int LOOKED_MAX = 256;

  private static final Commit NONE = new Commit(0, null, List.of());

  private final Map<Bytes, Commit> last = new HashMap<>();
  private final ArrayDeque<Commit> order = new ArrayDeque<>();
  private int writes;
  private long horizon;
  private Commit isolated = NONE;
  private Commit latest = NONE;

  /** Snapshots below this version cannot be certified. */
  public long horizon() {
    return horizon;
  }

  /** The last commit that could not name its keys; version 0 before the first. */
  Commit isolated() {
    return isolated;
  }

  /** The last commit; version 0 before the first. */
  Commit latest() {
    return latest;
  }

  /** The commit that last wrote the key since the horizon, or null. */
  Commit lastWrite(Bytes key) {
    return last.get(key);
  }

  /** A write after a version in one of some ranges. */
  record Hit(Commit commit, Bytes key) {}

  /**
   * The newest commit after a version that wrote into one of the ranges, with the first such key of
   * it; or null. Walks over each write since then once, however many ranges there are.
   */
  Hit writtenAfter(List<KeyRange> ranges, long version) {
    if (latest.version() <= version || ranges.isEmpty()) {
      return null;
    }
    NavigableSet<KeyRange> disjoint = disjoint(ranges);
    Iterator<Commit> newest = order.descendingIterator();
    while (newest.hasNext()) {
      Commit commit = newest.next();
      if (commit.version() <= version) {
        return null;
      }
      for (Bytes key : commit.keys()) {
        KeyRange below = disjoint.floor(new KeyRange(key, null));
        if (below != null && below.contains(key)) {
          return new Hit(commit, key);
        }
      }
    }
    return null;
  }

  /**
   * Whether a commit after a version wrote into one of the ranges, or may have: long ago, or so many
   * commits ago that to look through them costs more than to ask. Of single keys it is known at once.
   */
  public boolean mayHaveWritten(List<KeyRange> ranges, long version) {
    if (version < horizon) {
      return true;
    }
    List<KeyRange> wide = null;
    for (KeyRange range : ranges) {
      if (range.isSingle()) {
        Commit commit = last.get(range.from());
        if (commit != null && commit.version() > version) {
          return true;
        }
      } else {
        wide = wide == null ? new ArrayList<>() : wide;
        wide.add(range);
      }
    }
    return wide != null && mayHaveWrittenWide(wide, version);
  }

  private boolean mayHaveWrittenWide(List<KeyRange> ranges, long version) {
    Iterator<Commit> newest = order.descendingIterator();
    int looked = 0;
    while (newest.hasNext()) {
      Commit commit = newest.next();
      if (commit.version() <= version) {
        return false;
      }
      for (Bytes key : commit.keys()) {
        if (++looked > LOOKED_MAX || ranges.stream().anyMatch(range -> range.contains(key))) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Tells the commits after a version and what they wrote, the oldest first.
   *
   * @return false, and tells nothing, if some of them have been forgotten
   */
  public boolean eachAfter(long version, BiConsumer<Long, List<Bytes>> to) {
    if (version < horizon) {
      return false;
    }
    ArrayDeque<Commit> after = new ArrayDeque<>();
    Iterator<Commit> newest = order.descendingIterator();
    boolean more = newest.hasNext();
    while (more) {
      Commit commit = newest.next();
      more = commit.version() > version;
      if (more) {
        after.addFirst(commit);
        more = newest.hasNext();
      }
    }
    after.forEach(commit -> to.accept(commit.version(), commit.keys()));
    return true;
  }

  /** The same keys in ranges that do not overlap, ordered by where they begin. */
  private static NavigableSet<KeyRange> disjoint(List<KeyRange> ranges) {
    List<KeyRange> sorted = new ArrayList<>(ranges);
    sorted.removeIf(KeyRange::isEmpty);
    sorted.sort(Comparator.comparing(KeyRange::from));
    NavigableSet<KeyRange> disjoint = new TreeSet<>(Comparator.comparing(KeyRange::from));
    KeyRange open = null;
    for (KeyRange next : sorted) {
      if (open == null) {
        open = next;
      } else if (open.to() != null && next.from().compareTo(open.to()) > 0) {
        disjoint.add(open);
        open = next;
      } else if (open.to() != null && (next.to() == null || next.to().compareTo(open.to()) > 0)) {
        open = new KeyRange(open.from(), next.to());
      }
    }
    if (open != null) {
      disjoint.add(open);
    }
    return disjoint;
  }

  /**
   * Notes a commit; versions rise.
   *
   * @param node where it was proposed, or null
   * @param keys what it wrote
   * @param everything whether it conflicts with every concurrent transaction
   */
  public void committed(long version, NodeId node, List<Bytes> keys, boolean everything) {
    List<Bytes> own = keys.isEmpty() ? List.of() : new ArrayList<>(keys.size());
    for (Bytes key : keys) {
      own.add(key.copy());
    }
    latest = new Commit(version, node, own);
    if (everything) {
      isolated = latest;
    }
    remember(latest);
    advance(version);
  }

  /** No snapshot below this version can be certified from now on. */
  public void raiseHorizon(long version) {
    horizon = Math.max(horizon, version);
    advance(version);
  }

  private void remember(Commit commit) {
    if (!commit.keys().isEmpty()) {
      commit.keys().forEach(key -> last.put(key, commit));
      order.addLast(commit);
      writes += commit.keys().size();
    }
  }

  private void advance(long version) {
    horizon = Math.max(horizon, version - VERSIONS);
    while (!order.isEmpty() && (writes > WRITES || order.peekFirst().version() <= horizon)) {
      Commit oldest = order.removeFirst();
      horizon = Math.max(horizon, oldest.version());
      writes -= oldest.keys().size();
      oldest.keys().forEach(key -> last.remove(key, oldest));
    }
  }

  public void encode(Encoder out) {
    Map<NodeId, Integer> names = new HashMap<>();
    List<NodeId> nodes = new ArrayList<>();
    Iterator<Commit> commits = order.iterator();
    while (commits.hasNext()) {
      number(commits.next().node(), names, nodes);
    }
    number(isolated.node(), names, nodes);
    number(latest.node(), names, nodes);
    out.list(nodes, (e, n) -> e.text(n.name())).varint(horizon);
    encode(isolated, names, out);
    encode(latest, names, out);
    out.varint(order.size());
    order.forEach(commit -> encode(commit, names, out));
  }

  private static void number(NodeId node, Map<NodeId, Integer> names, List<NodeId> nodes) {
    if (node != null && names.putIfAbsent(node, nodes.size() + 1) == null) {
      nodes.add(node);
    }
  }

  private static void encode(Commit commit, Map<NodeId, Integer> names, Encoder out) {
    int node = commit.node() == null ? 0 : names.get(commit.node());
    out.varint(commit.version()).varint(node).list(commit.keys(), Encoder::bytes);
  }

  public static VersionIndex decode(Decoder in) {
    VersionIndex index = new VersionIndex();
    List<NodeId> nodes = in.list(NodeId::decode);
    index.horizon = in.varint();
    index.isolated = commit(in, nodes);
    index.latest = commit(in, nodes);
    for (int i = in.count(); i > 0; i--) {
      index.remember(commit(in, nodes));
    }
    return index;
  }

  private static Commit commit(Decoder in, List<NodeId> nodes) {
    long version = in.varint();
    int node = (int) in.varint();
    return new Commit(
        version, node == 0 ? null : nodes.get(node - 1), in.list(d -> d.bytes().copy()));
  }
}
