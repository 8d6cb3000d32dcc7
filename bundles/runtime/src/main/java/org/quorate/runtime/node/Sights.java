package org.quorate.runtime.node;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.quorate.api.GroupAccess;
import org.quorate.api.ReadOutcome;

/**
 * What is read for those who are told of a change, where it has been applied. Each is told once, without
 * an answer if the replica has none, or closes before: nobody else would ever tell them. On the group's
 * loop.
 */
final class Sights {
  private final Set<Sight> reading = new LinkedHashSet<>();

  private final class Sight {
    private final long version;
    private final GroupAccess.Sight then;

    Sight(long version, GroupAccess.Sight then) {
      this.version = version;
      this.then = then;
    }

    void told(ReadOutcome outcome) {
      if (reading.remove(this)) {
        then.changed(version, outcome instanceof ReadOutcome.Answered answer ? answer : null);
      }
    }
  }

  /**
   * Tells of a change.
   *
   * @param version as a watch tells it
   * @param read asks what is to be told with it; may never be answered
   */
  void tell(long version, GroupAccess.Sight then, Consumer<Consumer<ReadOutcome>> read) {
    Sight sight = new Sight(version, then);
    reading.add(sight);
    read.accept(sight::told);
  }

  /** The replica closes: what it was asked may get no answer. */
  void end() {
    List.copyOf(reading).forEach(sight -> sight.told(null));
  }
}
