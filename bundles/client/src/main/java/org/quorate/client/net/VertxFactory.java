package org.quorate.client.net;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

/**
 * Makes the Vert.x of a node or client: native transport if there is one, few threads, and threads
 * that carry Vert.x's own class loader, so that they keep nobody else's alive.
 */
public final class VertxFactory {
  private static final String NO_DNS = "vertx.disableDnsResolver";

  private VertxFactory() {}

  /** With so many event loops and so many threads for Vert.x's own blocking work. */
  public static Vertx create(int eventLoops, int workers) {
    // Names are resolved by the JDK. Netty's resolver opens a channel only at the first look-up,
    // and
    // when there was none (all addresses were numbers) its close fails and Vert.x never ends.
    if (System.getProperty(NO_DNS) == null) {
      System.setProperty(NO_DNS, "true");
    }
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Thread.currentThread().setContextClassLoader(Vertx.class.getClassLoader());
    try {
      return Vertx.vertx(
          new VertxOptions()
              .setPreferNativeTransport(true)
              .setEventLoopPoolSize(eventLoops)
              .setWorkerPoolSize(workers)
              .setInternalBlockingPoolSize(workers)
              .setFileSystemOptions(
                  new FileSystemOptions()
                      .setClassPathResolvingEnabled(false)
                      .setFileCachingEnabled(false)));
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
