package org.quorate.runtime.peer;

import org.quorate.client.net.FramedSocket;

/** Counts for how many looks in a row no frame has come. */
final class Silence {
  private final FramedSocket socket;
  private long seen;
  private int looks;

  Silence(FramedSocket socket) {
    this.socket = socket;
    this.seen = socket.framesIn();
  }

  /** Looks once; whether nothing has come for so many looks now. */
  boolean lasts(int limit) {
    if (socket.framesIn() != seen) {
      seen = socket.framesIn();
      looks = 0;
    } else {
      looks++;
    }
    return looks >= limit;
  }
}
