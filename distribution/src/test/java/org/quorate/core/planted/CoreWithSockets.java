package org.quorate.core.planted;

import io.vertx.core.Vertx;

/** Touches what the core must not touch. */
public final class CoreWithSockets {
  public Vertx vertx;
}
