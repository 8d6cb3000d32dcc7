package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.List;
import org.quorate.client.net.Loop;

/**
 * Tells the groups of one loop the time: those in which something goes on at each tick, the others
 * every few. The only timer that groups have. On the loop.
 */
final class Ticker implements Runnable {
  /** Ticks from one of an idle group to its next. */
  private static final int IDLE = 4;

  private final Loop loop;
  private final List<GroupHost> hosts = new ArrayList<>();
  private List<GroupHost> lively = new ArrayList<>();
  private List<GroupHost> spare = new ArrayList<>();
  private int ticks;

  Ticker(Loop loop) {
    this.loop = loop;
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

  @Override
  public void run() {
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
