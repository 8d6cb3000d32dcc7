package org.quorate.core.log;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compares the state with that of the other replicas: at an ordered mark each notes its hash, and
 * ordered reports tell the hashes of the others. Who has another hash than more than half of the
 * voters has diverged. Single-threaded; forgotten at a restart, since the next mark comes.
 */
public final class StateChecks {
  private static final int MARKS = 4;

  /**
   * This replica's state at a mark.
   *
   * @param position of the mark
   */
  public record Own(long position, long version, long hash) {}

  private record Mark(Own own, Map<Long, Long> hashes) {}

  private final TreeMap<Long, Mark> marks = new TreeMap<>();
  private Own latest;
  private boolean news;

  /** A mark was delivered: the state is now this. */
  void marked(long position, long version, long hash) {
    latest = new Own(position, version, hash);
    marks.put(position, new Mark(latest, new HashMap<>()));
    if (marks.size() > MARKS) {
      marks.pollFirstEntry();
    }
  }

  /** A replica's report was delivered. */
  void reported(long position, long storeId, long hash) {
    Mark mark = marks.get(position);
    if (mark != null) {
      mark.hashes().put(storeId, hash);
      news = true;
    }
  }

  /** The state was replaced: what was noted of it means nothing any more. */
  void reset() {
    marks.clear();
    latest = null;
  }

  /** The last mark since this was asked, or null: to be reported. */
  public Own takeLatest() {
    Own taken = latest;
    latest = null;
    return taken;
  }

  /** Whether something was reported since this was asked. */
  public boolean news() {
    boolean were = news;
    news = false;
    return were;
  }

  /** Version of the last mark, 0 before the first. */
  public long markedVersion() {
    return marks.isEmpty() ? 0 : marks.lastEntry().getValue().own().version();
  }

  /**
   * Why this replica's state is not the group's, or null.
   *
   * @param voters stores that count
   */
  public String divergence(Set<Long> voters) {
    for (Mark mark : marks.values()) {
      Map<Long, Integer> votes = new HashMap<>();
      mark.hashes()
          .forEach(
              (store, hash) -> {
                if (voters.contains(store)) {
                  votes.merge(hash, 1, Integer::sum);
                }
              });
      for (Map.Entry<Long, Integer> vote : votes.entrySet()) {
        if (2 * vote.getValue() > voters.size() && vote.getKey() != mark.own().hash()) {
          return "DIVERGED: state hash "
              + Long.toHexString(mark.own().hash())
              + " at version "
              + mark.own().version()
              + ", a majority has "
              + Long.toHexString(vote.getKey());
        }
      }
    }
    return null;
  }
}
