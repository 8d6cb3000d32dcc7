package org.quorate.simulator.engine;

/** Cuts a blocking call short: the process is gone at this point. */
public final class NodeCrash extends Error {
  private static final long serialVersionUID = 1L;

  public NodeCrash(String where) {
    super(where, null, false, false);
  }
}
