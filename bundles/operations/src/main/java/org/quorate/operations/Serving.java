package org.quorate.operations;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells the product whether it is online. Calls overlap when one takes long: that it is offline is told at
 * once, and again if it was still being told to be online, so the last it hears is what holds. All on the
 * loop.
 */
final class Serving {
  private final Hub hub;
  private final List<Runnable> returned = new ArrayList<>();
  private volatile boolean online;
  private boolean coming;

  Serving(Hub hub) {
    this.hub = hub;
  }

  /** Only after what {@link #offline} was given has run. */
  void online() {
    online = true;
    coming = true;
    hub.tell(
        "online",
        () -> {
          if (online) { // a worker may take long to begin
            hub.participant().online();
          }
        },
        () -> {
          coming = false;
          List<Runnable> waiting = List.copyOf(returned);
          returned.clear();
          waiting.forEach(Runnable::run);
        });
  }

  /**
   * Tells it to be offline.
   *
   * @param then run when it has stopped
   */
  void offline(String why, Runnable then) {
    online = false;
    hub.tell(
        "offline",
        () -> hub.participant().offline(why),
        () -> {
          if (coming) {
            returned.add(() -> offline(why, then));
          } else {
            then.run();
          }
        });
  }
}
