package org.quorate.client;

import io.vertx.core.Promise;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells applications. A promise runs the callbacks of whoever waits for it: what one of them throws
 * is logged and goes no further, since others wait for what comes next.
 */
final class Promises {
  private static final Logger LOG = LoggerFactory.getLogger(Promises.class);

  private Promises() {}

  static <T> void complete(Promise<T> promise, T value) {
    try {
      promise.tryComplete(value);
    } catch (Throwable e) {
      threw(e);
    }
  }

  static <T> void fail(Promise<T> promise, Throwable why) {
    try {
      promise.tryFail(why);
    } catch (Throwable e) {
      threw(e);
    }
  }

  static <T> void fail(Promise<T> promise, String why) {
    try {
      promise.tryFail(why);
    } catch (Throwable e) {
      threw(e);
    }
  }

  /** A callback that is no promise's: of a watch. */
  static void threw(Throwable e) {
    LOG.error("a callback of the application threw", e);
  }
}
