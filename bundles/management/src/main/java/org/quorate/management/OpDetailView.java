package org.quorate.management;

import java.util.List;
import java.util.Map;

/**
 * An operation with all that is known of it.
 *
 * @param attempt how often its work was begun
 * @param content what members are told, empty when it has ended
 * @param changes keys that it changes, likewise
 * @param answers {@code node: what it said} of those that were ready
 * @param gone members that were lost before they answered
 * @param missing members that did not answer in time
 * @param failed {@code node: why}
 * @param result of the work
 */
public record OpDetailView(
    OpView operation,
    int attempt,
    String content,
    List<String> changes,
    List<String> answers,
    List<String> gone,
    List<String> missing,
    List<String> failed,
    String result) {
  static OpDetailView of(org.quorate.spi.operations.Operation o) {
    return new OpDetailView(
        OpView.of(o),
        o.attempt(),
        o.spec().content(),
        List.copyOf(o.spec().changes().keySet()),
        lines(o.answers()),
        o.gone(),
        o.missing(),
        lines(o.failed()),
        o.result());
  }

  private static List<String> lines(Map<String, String> said) {
    return said.entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList();
  }
}
