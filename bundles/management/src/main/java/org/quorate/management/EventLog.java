package org.quorate.management;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.NodeEvent;

/** Remembers the last events of a node and hands each on. Thread-safe. */
public final class EventLog implements AutoCloseable {
  /** Events kept; older ones are forgotten. */
  static final int CAPACITY = 1000;

  private final Deque<EventView> events = new ArrayDeque<>();
  private final String node;
  private final Consumer<EventView> listener;
  private final AutoCloseable registration;

  /**
   * Begins to listen.
   *
   * @param listener called for every event, on threads of the node; must not block
   */
  public EventLog(NodeControl control, Consumer<EventView> listener) {
    this.node = control.node().node().name();
    this.listener = listener;
    this.registration = control.listen(this::add);
  }

  private void add(NodeEvent event) {
    EventView view = EventView.of(node, event);
    synchronized (events) {
      if (events.size() == CAPACITY) {
        events.removeFirst();
      }
      events.addLast(view);
    }
    listener.accept(view);
  }

  /** The last events, oldest first. */
  public List<EventView> last(long limit) {
    synchronized (events) {
      return events.stream().skip(Math.max(0, events.size() - limit)).toList();
    }
  }

  @Override
  public void close() throws Exception {
    registration.close();
  }
}
