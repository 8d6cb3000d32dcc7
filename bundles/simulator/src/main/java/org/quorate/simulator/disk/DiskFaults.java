package org.quorate.simulator.disk;

import org.quorate.spi.storage.StorageException.Kind;

/** What goes wrong on a disk from now on; changed by the fault schedule. */
public final class DiskFaults {
  long syncMeanUs = 300;
  double slowness = 1;
  Kind failNextSync;
  Kind failNextBlocking;
  boolean failNextRead;
  int crashInBlockingCalls = -1;
  boolean lies;
  private boolean struck;

  /** Mean time of a sync, microseconds. */
  public void syncMeanUs(long mean) {
    syncMeanUs = mean;
  }

  /** Logs say that a write is synced as soon as it is issued; for mutants. */
  public void lies(boolean yes) {
    lies = yes;
  }

  /** Factor on the time of each sync; 1 is healthy. */
  public void slowness(double factor) {
    slowness = factor;
  }

  /** The next sync of a log fails: IO or FULL. */
  public void failNextSync(Kind kind) {
    failNextSync = kind;
  }

  /** The next blocking write of state or snapshot fails: IO or FULL. */
  public void failNextBlocking(Kind kind) {
    failNextBlocking = kind;
  }

  /** The next read of a log fails: IO. */
  public void failNextRead() {
    failNextRead = true;
  }

  /** The process dies at the n-th blocking call from now on (0: the next), before or after it. */
  public void crashInBlockingCall(int n) {
    crashInBlockingCalls = n;
  }

  void strike() {
    struck = true;
  }

  /** Whether an error was given to this process: it may stop for it. */
  public boolean struck() {
    return struck;
  }

  /** A new process has seen no error yet. */
  public void newProcess() {
    struck = false;
  }

  /** No fault is armed any more. */
  public void clear() {
    slowness = 1;
    failNextSync = null;
    failNextBlocking = null;
    failNextRead = false;
    crashInBlockingCalls = -1;
  }
}
