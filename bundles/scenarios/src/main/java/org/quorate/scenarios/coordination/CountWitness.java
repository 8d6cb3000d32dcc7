package org.quorate.scenarios.coordination;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.simulator.client.Scene;
import org.quorate.spi.coordination.FencingToken;

/**
 * What was counted under locks: whoever reads and then writes while it has the lock loses no update, so
 * every count follows the one before; and tokens never go back, so the queue's order is kept.
 */
final class CountWitness {
  static final String TREE = "app";

  /** A count and the token of who counted. */
  record Count(long number, FencingToken token) {
    static Count parse(String text) {
      int blank = text.indexOf(' ');
      return new Count(
          Long.parseLong(text.substring(0, blank)), FencingToken.parse(text.substring(blank + 1)));
    }

    @Override
    public String toString() {
      return number + " " + token;
    }
  }

  private record Place(String key, long revision) {}

  private final Scene scene;
  private final Map<Place, Count> acknowledged = new HashMap<>();
  private final Map<Place, Count> seen = new HashMap<>();
  private final TreeMap<String, Long> highest = new TreeMap<>();

  CountWitness(Scene scene) {
    this.scene = scene;
  }

  static String key(String lock) {
    return TREE + "/" + lock;
  }

  /** The highest count of each key that anybody was told of. */
  Map<String, Long> highest() {
    return highest;
  }

  void acknowledged(String key, long revision, Count count) {
    Place place = new Place(key, revision);
    acknowledged.put(place, count);
    highest.merge(key, count.number(), Math::max);
    agree(place, count, seen.get(place));
  }

  /** A watch was told of a count behind another; the first one has none before it. */
  void seen(String who, String key, long revision, Count before, Count now) {
    boolean follows =
        before == null
            ? now.number() == 1
            : now.number() == before.number() + 1 && now.token().compareTo(before.token()) >= 0;
    if (!follows) {
      scene.broken(
          "CountsFollow", key + " at " + revision + ": " + before + " then " + now + " by " + who);
    }
    Place place = new Place(key, revision);
    agree(place, now, acknowledged.get(place));
    agree(place, now, seen.put(place, now));
  }

  private void agree(Place place, Count one, Count other) {
    if (other != null && !one.equals(other)) {
      scene.broken("WatchesTellWhatWasWritten", place + ": " + one + " and " + other);
    }
  }
}
