package org.quorate.failover;

/** Takes what operators should know. */
@FunctionalInterface
public interface Events {
  /** What happened. */
  enum Kind {
    /** The node has a lease. */
    REGISTERED,
    /** It has none any more: its work is taken over. */
    FENCED,
    /** Another process has registered under its name: it stays out until it is started again. */
    REPLACED,
    /** This node assigns takeovers from now on. */
    LEADS,
    /** A node was told to take a record over. */
    TAKEOVER,
    /** A record was tried too often. */
    PARKED,
    /** Nobody has moved a record on for long. */
    FO_STUCK,
    /** A key of the registry cannot be read; it is left alone. */
    BROKEN
  }

  /** Called on the loop. */
  void event(Kind kind, String text);
}
