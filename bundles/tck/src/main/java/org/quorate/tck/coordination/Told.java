package org.quorate.tck.coordination;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.WatchListener;

/** Notes what a watch tells, and complains of what comes twice or in the wrong order. */
class Told implements WatchListener {
  private final List<KeyEvent> events = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private final CompletableFuture<CoordinationException> ended = new CompletableFuture<>();
  private CompletableFuture<Void> gate;
  private long seen;
  private int calls;

  /** From now on the next changes are wanted only when {@link #open} is called. */
  synchronized void shut() {
    gate = new CompletableFuture<>();
  }

  void open() {
    CompletableFuture<Void> opened;
    synchronized (this) {
      opened = gate;
      gate = null;
    }
    opened.complete(null);
  }

  @Override
  public synchronized CompletionStage<?> changed(List<KeyEvent> told, long upTo) {
    calls++;
    for (KeyEvent event : told) {
      KeyEvent last = events.isEmpty() ? null : events.get(events.size() - 1);
      boolean later =
          last == null
              || event.revision() > last.revision()
              || event.revision() == last.revision() && event.key().compareTo(last.key()) > 0;
      if (!later || event.revision() <= seen || event.revision() > upTo) {
        faults.add(event + " after " + last + ", all up to " + seen + " told, now " + upTo);
      }
      events.add(event);
    }
    if (upTo < seen) {
      faults.add("up to " + upTo + " after " + seen);
    }
    seen = upTo;
    return gate;
  }

  @Override
  public void ended(CoordinationException why) {
    ended.complete(why);
  }

  CompletableFuture<CoordinationException> ended() {
    return ended;
  }

  synchronized int calls() {
    return calls;
  }

  synchronized List<KeyEvent> events() {
    if (!faults.isEmpty()) {
      throw new AssertionError(String.join("; ", faults));
    }
    return List.copyOf(events);
  }

  /** As {@code key=value} and {@code -key}, without a path in front. */
  List<String> brief(String path) {
    return events().stream()
        .map(
            e -> {
              String name = e.key().substring(path.length() + 1);
              return e.deleted() ? "-" + name : name + "=" + e.entry().value().utf8();
            })
        .toList();
  }
}
