package org.quorate.management;

import org.quorate.runtime.api.StorageStatus;

/**
 * Where a node keeps its replica of a group, and its last move or what it says to one.
 *
 * @param storage names of log and state storage, null if the node does not answer
 * @param from where the last move began, null if there was none
 * @param phase preparing, copying_log, copying_state, switching, cleaning, done or aborted; of a
 *     plan planned, there or refused
 * @param why it was given up or refused, or what it has left behind
 * @param tookMs until the new storages took over, null if there was no move
 */
public record StorageView(
    String node, String storage, String from, String to, String phase, String why, Long tookMs) {
  static StorageView of(StorageStatus s) {
    return new StorageView(
        s.node().name(),
        text(s.storage()),
        text(s.from()),
        text(s.to()),
        text(s.phase()),
        text(s.why()),
        s.ms() < 0 ? null : s.ms());
  }

  private static String text(String text) {
    return text.isEmpty() ? null : text;
  }
}
