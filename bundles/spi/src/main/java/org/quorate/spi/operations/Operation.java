package org.quorate.spi.operations;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An operation as it is, or was when it ended.
 *
 * @param id unique in its service, rising
 * @param spec when it has ended, without content and changes
 * @param initiator the node that began it
 * @param startedAtMs milliseconds since 1970 by that one's clock; only to be shown
 * @param driver the node that drives it on: the initiator as long as that is online
 * @param attempt how often the work was begun: with the id the fencing token of who does it
 * @param decision null until it is decided
 * @param reason why it was not committed, else empty
 * @param answers what members said when they were ready, by node
 * @param awaited who has not answered in this phase
 * @param gone members that were lost before they answered
 * @param missing members that did not answer in time
 * @param failed what members said that failed, by node
 * @param result of the work
 */
public record Operation(
    long id,
    OperationSpec spec,
    String initiator,
    long startedAtMs,
    String driver,
    int attempt,
    Phase phase,
    Decision decision,
    String reason,
    Map<String, String> answers,
    List<String> awaited,
    List<String> gone,
    List<String> missing,
    Map<String, String> failed,
    String result) {
  public Operation {
    answers = Collections.unmodifiableMap(new TreeMap<>(answers));
    awaited = List.copyOf(awaited);
    gone = List.copyOf(gone);
    missing = List.copyOf(missing);
    failed = Collections.unmodifiableMap(new TreeMap<>(failed));
  }

  /** Whether it has been done. */
  public boolean committed() {
    return decision == Decision.COMMITTED;
  }
}
