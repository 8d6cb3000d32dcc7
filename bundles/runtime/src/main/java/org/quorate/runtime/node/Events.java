package org.quorate.runtime.node;

import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.quorate.runtime.api.NodeEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners what happens; from any thread. A listener that throws does not harm the others. */
final class Events {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private final CopyOnWriteArrayList<Consumer<NodeEvent>> listeners = new CopyOnWriteArrayList<>();

  AutoCloseable listen(Consumer<NodeEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void publish(String type, String subject, Map<String, String> details) {
    NodeEvent event = new NodeEvent(type, subject, System.currentTimeMillis(), details);
    LOG.info("{} {} {}", type, subject, details.isEmpty() ? "" : details);
    for (Consumer<NodeEvent> listener : listeners) {
      try {
        listener.accept(event);
      } catch (RuntimeException e) {
        LOG.warn("a listener of events failed", e);
      }
    }
  }
}
