package org.quorate.spi.coordination;

import java.util.List;
import java.util.Map;

/**
 * How a barrier ended.
 *
 * @param revision at which it did
 * @param answers of expected members, by name, those that vanished after they answered included
 * @param missing who has not answered in time; empty: the barrier was passed
 * @param gone who vanished without an answer, and so was waited for no more
 */
public record BarrierResult(
    long revision, Map<String, KeyEntry> answers, List<String> missing, List<String> gone) {
  /** Whether nobody was waited for any more. */
  public boolean passed() {
    return missing.isEmpty();
  }
}
