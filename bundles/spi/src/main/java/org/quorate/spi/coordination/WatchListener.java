package org.quorate.spi.coordination;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Takes what a watch sees. Called on a thread of the coordinator: do not block it. */
@ConsumerType
public interface WatchListener {
  /**
   * Changes, in order of revision and within a revision of key: whole revisions only, each change once.
   *
   * @param upTo every change up to this revision has been told; may rise without events
   * @return completes when the next ones are wanted; null for at once. Until then nothing is held for
   *     this listener: one that never completes costs nobody anything and ends as COMPACTED when the
   *     history that it has not seen is given up. A failed stage, or an exception, ends the watch
   */
  CompletionStage<?> changed(List<KeyEvent> events, long upTo);

  /**
   * The watch has ended by itself; not called after {@link Subscription#close}.
   *
   * @param why COMPACTED: list again and watch from there; OVERLOADED: the server keeps no more watches
   *     for this client, so watch less, or more with each; CLOSED, FORBIDDEN, INVALID: for good
   */
  void ended(CoordinationException why);
}
