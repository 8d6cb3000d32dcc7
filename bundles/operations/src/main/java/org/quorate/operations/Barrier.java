package org.quorate.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.spi.operations.Phase;

/**
 * Who has answered at an operation's step. A member counts by the session by which it was online when the
 * step began: an answer of another session is none, and whoever is not online by it any more, because it
 * died, was cut off or removed, is waited for no longer.
 *
 * @param awaited who has not answered
 * @param gone who was lost before it answered
 * @param answers of those that succeeded
 * @param failed what those said that did not
 */
record Barrier(
    List<String> awaited,
    List<String> gone,
    Map<String, String> answers,
    Map<String, String> failed) {
  static Barrier of(View view, Stored s) {
    Barrier b = new Barrier(new ArrayList<>(), new ArrayList<>(), new TreeMap<>(), new TreeMap<>());
    if (s.phase == Phase.EXECUTE) {
      b.awaited.add(s.driver);
      return b;
    }
    s.expected.forEach(
        (node, session) -> {
          Codec.Answer answer = view.answer(s, node);
          if (answer != null && answer.success()) {
            b.answers.put(node, answer.message());
          } else if (answer != null) {
            b.failed.put(node, answer.message());
          } else if (view.online(node, session)) {
            b.awaited.add(node);
          } else {
            b.gone.add(node);
          }
        });
    return b;
  }

  boolean passed() {
    return awaited.isEmpty();
  }
}
