package org.quorate.spi.coordination;

/** How a session ended for who holds it. */
public enum SessionEnd {
  /** This handle closed it: what it owned is gone or released. */
  CLOSED,
  /** Its TTL passed without a keep-alive, or somebody else closed it: likewise. */
  EXPIRED,
  /** The coordinator was closed without it: it lives on for its TTL and can be resumed. */
  DETACHED
}
