package org.quorate.simulator.client;

/** A client with a kind of work of its own. */
public interface Actor {
  void start();

  /** Whether all of its work is over. */
  boolean complete();

  /** What it waits for, for a report. */
  String waiting();
}
