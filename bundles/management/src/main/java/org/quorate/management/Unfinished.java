package org.quorate.management;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * What one connection has sent of something that is not complete, among that of the others of its port.
 * On the connection's event loop.
 */
final class Unfinished {
  private final PendingInput pending;
  private long held;
  private Future<?> deadline;

  Unfinished(PendingInput pending) {
    this.pending = pending;
  }

  /**
   * It is so many bytes now; from the first on it has so long, then the connection is closed.
   *
   * @return false if there is no room for it
   */
  boolean is(long bytes, ChannelHandlerContext context) {
    boolean room = pending.add(bytes - held);
    held = bytes;
    if (bytes == 0) {
      completed();
    } else if (deadline == null) {
      deadline =
          context
              .executor()
              .schedule(() -> context.close(), PendingInput.PATIENCE_MS, TimeUnit.MILLISECONDS);
    }
    return room;
  }

  /** What comes next has its own time. */
  void completed() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
