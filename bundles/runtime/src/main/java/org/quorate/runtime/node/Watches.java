package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Who waits for a version; on the group's loop. Each is told once and then forgotten. */
final class Watches {
  /** One that waits. */
  static final class Watch {
    private final long version;
    private final LongConsumer then;

    private Watch(long version, LongConsumer then) {
      this.version = version;
      this.then = then;
    }
  }

  private List<Watch> waiting = new ArrayList<>();

  /** Waiting now. */
  int size() {
    return waiting.size();
  }

  Watch make(long version, LongConsumer then) {
    return new Watch(version, then);
  }

  void add(Watch watch, long now) {
    if (now > watch.version) {
      watch.then.accept(now);
    } else {
      waiting.add(watch);
    }
  }

  void remove(Watch watch) {
    waiting.remove(watch);
  }

  void applied(long version) {
    if (waiting.isEmpty()) {
      return;
    }
    List<Watch> due = new ArrayList<>();
    waiting.removeIf(watch -> version > watch.version && due.add(watch));
    due.forEach(watch -> watch.then.accept(version));
  }

  /** The group closes: all are told, so that they ask again and learn why. */
  void end() {
    List<Watch> all = waiting;
    waiting = new ArrayList<>();
    all.forEach(watch -> watch.then.accept(0));
  }
}
