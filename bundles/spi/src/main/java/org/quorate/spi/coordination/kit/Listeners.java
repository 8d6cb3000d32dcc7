package org.quorate.spi.coordination.kit;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.KeyEvent;
import org.quorate.spi.coordination.WatchListener;

/** Tells listeners: what one of them throws, of whichever kind, is no matter of the others. */
public final class Listeners {
  private Listeners() {}

  /**
   * Tells changes; what the listener throws fails the stage.
   *
   * @return what the listener returns, null too
   */
  public static CompletionStage<?> changed(
      WatchListener listener, List<KeyEvent> events, long upTo) {
    try {
      return listener.changed(events, upTo);
    } catch (Throwable e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** A watch has ended; what the listener throws is told the handler of the thread. */
  public static void ended(WatchListener listener, CoordinationException why) {
    try {
      listener.ended(why);
    } catch (RuntimeException | Error e) {
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }
}
