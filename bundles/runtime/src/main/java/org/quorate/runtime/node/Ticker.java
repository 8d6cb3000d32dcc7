package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import org.quorate.client.net.Loop;
import org.quorate.core.replica.BusyLoop;

/**
 * Tells the groups of one loop the time: those in which something goes on at each tick, the others
 * every few. The only timer that groups have. On the loop.
 */
final class Ticker implements Runnable {
  /** Ticks from one of an idle group to its next. */
  private static final int IDLE = 4;

  private final Loop loop;
  private final Ticker transport;
  private final BusyLoop limits;
  private final List<GroupHost> hosts = new ArrayList<>();
  private List<GroupHost> lively = new ArrayList<>();
  private List<GroupHost> spare = new ArrayList<>();
  private int ticks;
  private volatile long ranNanos = System.nanoTime();

  /**
   * For a loop.
   *
   * @param transport of the loop that brings what the peers send; null if it is this one
   */
  Ticker(Loop loop, Ticker transport, BusyLoop limits) {
    this.loop = loop;
    this.transport = transport;
    this.limits = limits;
  }

  Loop loop() {
    return loop;
  }

  /** From any thread. */
  void add(GroupHost host) {
    loop.run(() -> hosts.add(host));
  }

  /** Something begins in a group that was idle: it gets the next tick. */
  void wake(GroupHost host) {
    lively.add(host);
  }

  /** How long the loop, or the transport's, has run no tick; from any thread. */
  long silentMs() {
    long mine = (System.nanoTime() - ranNanos) / 1_000_000;
    return transport == null ? mine : Math.max(mine, transport.silentMs());
  }

  @Override
  public void run() {
    ranNanos = System.nanoTime();
    if (transport != null && limits.busy(transport.silentMs())) {
      // What the peers say is not read now: their silence means nothing.
      return;
    }
    List<GroupHost> due = ticks++ % IDLE == 0 ? hosts : lively;
    List<GroupHost> next = spare;
    next.clear();
    for (int i = 0; i < due.size(); i++) {
      GroupHost host = due.get(i);
      if (host.tick()) {
        next.add(host);
      }
    }
    spare = lively;
    lively = next;
  }
}
