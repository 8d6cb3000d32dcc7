package org.quorate.management;

import java.util.ArrayList;
import java.util.List;
import org.quorate.spi.coordination.LockInfo;

/**
 * Who holds a lock, or waits for it.
 *
 * @param place 0 for the holder, else the place in the queue
 * @param holder name of the session
 * @param session hexadecimal
 * @param token what it fences with, EPOCH.COUNTER
 * @param seconds since it got the lock, or asked for it, by the clocks of its client and this node
 */
public record LockView(
    String lock,
    int place,
    String holder,
    String session,
    String purpose,
    String token,
    long seconds) {
  static List<LockView> of(LockInfo info) {
    List<LockInfo.Claim> line = new ArrayList<>();
    line.add(info.holder());
    line.addAll(info.waiting());
    List<LockView> views = new ArrayList<>();
    for (int place = 0; place < line.size(); place++) {
      LockInfo.Claim claim = line.get(place);
      long since = claim.heldSinceMs() > 0 ? claim.heldSinceMs() : claim.askedAtMs();
      views.add(
          new LockView(
              info.name(),
              place,
              claim.sessionName(),
              Long.toHexString(claim.session()),
              claim.purpose(),
              claim.token().toString(),
              Math.max(0, (System.currentTimeMillis() - since) / 1000)));
    }
    return views;
  }
}
