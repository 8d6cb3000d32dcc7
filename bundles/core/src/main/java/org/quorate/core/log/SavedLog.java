package org.quorate.core.log;

import java.util.List;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;

/**
 * Where a checkpointed state stands.
 *
 * @param historyId 0 for an empty state, whose history only its manifest knows
 * @param lineage the forks that led to the history, the oldest first
 * @param chain null for an empty state, which stands at the very beginning
 */
public record SavedLog(LogPoint point, long historyId, List<Fork> lineage, Chain chain) {
  /** Where the state in a store stands. */
  public static SavedLog of(StateStore state) {
    LogMeta meta = LogMeta.of(state.get(LogMeta.KEY));
    return meta == null
        ? new SavedLog(new LogPoint(1, 0), 0, List.of(), null)
        : new SavedLog(
            new LogPoint(meta.chain().active().epoch(), meta.inner()),
            meta.historyId(),
            meta.lineage(),
            meta.chain());
  }

  /** The position at which a saved state stands, read from its entries. */
  public static long position(StateCursor entries) {
    while (entries.next()) {
      if (entries.key().equals(LogMeta.KEY)) {
        return LogMeta.of(entries.value()).position();
      }
    }
    throw new IllegalStateException("no group state among the entries");
  }
}
