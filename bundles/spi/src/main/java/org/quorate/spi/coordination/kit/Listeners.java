package org.quorate.spi.coordination.kit;

import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.WatchListener;

/** Tells listeners what they throw at nobody but the handler of their thread. */
public final class Listeners {
  private Listeners() {}

  /** A watch has ended: who tells several goes on with the next. */
  public static void ended(WatchListener listener, CoordinationException why) {
    try {
      listener.ended(why);
    } catch (RuntimeException | Error e) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }
}
