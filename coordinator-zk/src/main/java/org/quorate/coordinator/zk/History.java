package org.quorate.coordinator.zk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.spi.coordination.KeyEvent;

/** The latest changes of keys, as far as they are kept: so many events, so many bytes. */
final class History {
  private static final int MAX_EVENTS = 200_000;
  private static final long MAX_BYTES = 64 << 20;

  private final TreeMap<Long, List<KeyEvent>> revisions = new TreeMap<>();
  private long floor;
  private int events;
  private long bytes;

  /** All that is known of is behind a revision: after a snapshot was read. */
  void restart(long revision) {
    revisions.clear();
    events = 0;
    bytes = 0;
    floor = revision;
  }

  /** Changes behind this revision are known. */
  long floor() {
    return floor;
  }

  void add(long revision, List<KeyEvent> changes) {
    if (changes.isEmpty()) {
      return;
    }
    revisions.put(revision, changes);
    events += changes.size();
    bytes += size(changes);
    while (revisions.size() > 1 && (events > MAX_EVENTS || bytes > MAX_BYTES)) {
      Map.Entry<Long, List<KeyEvent>> oldest = revisions.pollFirstEntry();
      events -= oldest.getValue().size();
      bytes -= size(oldest.getValue());
      floor = oldest.getKey();
    }
  }

  private static long size(List<KeyEvent> changes) {
    long size = 0;
    for (KeyEvent change : changes) {
      size +=
          100 + change.key().length() + (change.deleted() ? 0 : change.entry().value().length());
    }
    return size;
  }

  /** Revisions behind one, oldest first. */
  Map<Long, List<KeyEvent>> after(long revision) {
    return revisions.tailMap(revision, false);
  }

  /** A copy of the changes of a revision that match, null if there are none. */
  static List<KeyEvent> matching(List<KeyEvent> changes, org.quorate.spi.coordination.Scope scope) {
    List<KeyEvent> found = null;
    for (KeyEvent change : changes) {
      if (scope.contains(change.key())) {
        found = found == null ? new ArrayList<>() : found;
        found.add(change);
      }
    }
    return found;
  }
}
