package org.quorate.operations;

/** Takes what operators should know. */
@FunctionalInterface
public interface Events {
  /** What happened. */
  enum Kind {
    /** The node is online. */
    ONLINE,
    /** It is not any more. */
    OFFLINE,
    /** It is not up to date, or not ready for an operation under way, and so not online. */
    BEHIND,
    /** Another node of that name is online, at another address: this one stays out. */
    NAME_TAKEN,
    /** Another process has come online under its name: it stays out until it is started again. */
    REPLACED,
    /** What a node that was lost had begun is driven on by this one. */
    TAKEN_OVER,
    /** A member said that it failed. */
    FAILED,
    /** A key of an operation cannot be read; it is left alone. */
    BROKEN
  }

  /** Called on the loop. */
  void event(Kind kind, String text);
}
