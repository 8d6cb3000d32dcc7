package org.quorate.spi.coordination;

/** A watch that runs until it is closed or has ended. */
public interface Subscription extends AutoCloseable {
  /** No new call of the listener begins from now on, on the listener's own thread; else soon. */
  @Override
  void close();
}
