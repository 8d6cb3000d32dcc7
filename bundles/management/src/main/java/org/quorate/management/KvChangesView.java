package org.quorate.management;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.kv.KvEvent;

/**
 * Changes of keys, in the order of their revisions.
 *
 * @param next the revision to go on from: every change before it is here or was before
 */
public record KvChangesView(long next, List<Change> changes) {
  /**
   * One key's change.
   *
   * @param type put or delete
   * @param value null if it was deleted
   * @param encoding null when key and value are plain UTF-8; otherwise how both are written
   */
  public record Change(long revision, String type, String key, String value, String encoding) {
    private static Change of(KvEvent event) {
      KvEntryView entry = KvEntryView.of(event.entry());
      boolean deleted = event.type() == KvEvent.Type.DELETE;
      return new Change(
          event.revision(),
          deleted ? "delete" : "put",
          entry.key(),
          deleted ? null : entry.value(),
          entry.encoding());
    }
  }

  static KvChangesView of(long next, List<KvEvent> events) {
    List<Change> changes = new ArrayList<>();
    events.forEach(event -> changes.add(Change.of(event)));
    return new KvChangesView(next, changes);
  }
}
