package org.quorate.coordinator.zk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Inventory.KeptSession;
import org.quorate.spi.coordination.InventoryDifference;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;

/**
 * Cuts a difference into parts that fit into an entry of the log: what is dropped before what is added,
 * and sessions behind what they owned and before what they own.
 */
final class Parts {
  private static final int BYTES = 384 << 10;

  /** What an item takes beside its texts and values, at most. */
  private static final int ITEM = 256;

  private final Inventory whole;
  private final long taker;
  private final List<Command> parts = new ArrayList<>();
  private Command.Dropped dropped = nothing();
  private List<KeyEntry> keys = new ArrayList<>();
  private Map<String, Long> numbers = new LinkedHashMap<>();
  private List<KeptSession> sessions = new ArrayList<>();
  private List<LockInfo> locks = new ArrayList<>();
  private List<ForcedRelease> forced = new ArrayList<>();
  private long bytes;

  private Parts(Inventory whole, long taker) {
    this.whole = whole;
    this.taker = taker;
  }

  private static Command.Dropped nothing() {
    return new Command.Dropped(
        new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), false);
  }

  /**
   * The parts, in their order.
   *
   * @param taker who brings them
   */
  static List<Command> of(InventoryDifference difference, long taker) {
    Inventory whole = difference.added();
    Parts parts = new Parts(whole, taker);
    parts.drop(difference);
    for (KeptSession each : whole.sessions()) {
      parts.room(3L * (each.info().name().length() + each.info().client().length()));
      parts.sessions.add(each);
    }
    for (KeyEntry each : whole.keys()) {
      parts.room(3L * each.key().length() + each.value().length());
      parts.keys.add(each);
    }
    whole
        .numbers()
        .forEach(
            (prefix, next) -> {
              parts.room(3L * prefix.length());
              parts.numbers.put(prefix, next);
            });
    for (LockInfo each : whole.locks()) {
      parts.lock(each);
    }
    for (ForcedRelease each : whole.forced()) {
      parts.room(
          size(each.lock(), each.holder()) + 3L * (each.by().length() + each.reason().length()));
      parts.forced.add(each);
    }
    parts.cut();
    return parts.parts;
  }

  private void drop(InventoryDifference difference) {
    for (String key : difference.keys()) {
      room(3L * key.length());
      dropped.keys().add(key);
    }
    for (String prefix : difference.numbers()) {
      room(3L * prefix.length());
      dropped.numbers().add(prefix);
    }
    for (String lock : difference.locks()) {
      room(3L * lock.length());
      dropped.locks().add(lock);
    }
    for (long session : difference.sessions()) {
      room(0);
      dropped.sessions().add(session);
    }
    if (difference.forced()) {
      room(0);
      dropped =
          new Command.Dropped(
              dropped.keys(), dropped.numbers(), dropped.sessions(), dropped.locks(), true);
    }
    cut();
  }

  /** A long queue is told claim by claim: whoever comes later stands behind. */
  private void lock(LockInfo lock) {
    List<LockInfo.Claim> line = new ArrayList<>();
    line.add(lock.holder());
    line.addAll(lock.waiting());
    for (LockInfo.Claim each : line) {
      room(size(lock.name(), each));
      locks.add(new LockInfo(lock.name(), each, List.of()));
    }
  }

  private static long size(String lock, LockInfo.Claim claim) {
    return 3L * (lock.length() + claim.sessionName().length() + claim.purpose().length());
  }

  private void room(long size) {
    if (bytes > 0 && bytes + size + ITEM > BYTES) {
      cut();
    }
    bytes += size + ITEM;
  }

  private void cut() {
    if (bytes == 0) {
      return;
    }
    bytes = 0;
    if (!dropped.equals(nothing())) {
      parts.add(new Command.TakeDrop(dropped, taker));
      dropped = nothing();
      return;
    }
    Inventory part =
        new Inventory(whole.revision(), whole.highest(), keys, numbers, sessions, locks, forced);
    parts.add(new Command.TakePart(part, taker));
    keys = new ArrayList<>();
    numbers = new LinkedHashMap<>();
    sessions = new ArrayList<>();
    locks = new ArrayList<>();
    forced = new ArrayList<>();
  }
}
