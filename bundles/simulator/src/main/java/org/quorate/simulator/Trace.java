package org.quorate.simulator;

import java.io.PrintStream;
import org.quorate.spi.consensus.LinkStatus;

/** One line per event: {@code time node event role epoch decided/applied details}. */
final class Trace {
  private final PrintStream out;

  Trace(PrintStream out) {
    this.out = out;
  }

  boolean on() {
    return out != null;
  }

  /** An event of the world: faults, clients, phases. */
  void world(long nowUs, String who, String event) {
    if (out != null) {
      out.printf("%9.3f %-4s %s%n", nowUs / 1000.0, who, event);
    }
  }

  /** An event at a node. */
  void node(long nowUs, SimNode node, String event) {
    if (out == null) {
      return;
    }
    LinkStatus status = node.linkStatus();
    if (status == null || !node.up()) {
      world(nowUs, node.node().name(), event);
      return;
    }
    out.printf(
        "%9.3f %-4s %s | %s%s e%d %d/%d %d..%d %s%n",
        nowUs / 1000.0,
        node.node(),
        event,
        status.role(),
        status.details().isEmpty() ? "" : status.details(),
        node.replica().log().chain().active().epoch(),
        status.decided(),
        node.appliedInner(),
        status.first(),
        status.last(),
        status.membership().voters());
  }
}
