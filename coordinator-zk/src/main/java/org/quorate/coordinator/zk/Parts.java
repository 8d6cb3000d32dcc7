package org.quorate.coordinator.zk;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Inventory.KeptSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;

/** Cuts an inventory into parts that fit into an entry of the log: sessions before what they own. */
final class Parts {
  private static final int BYTES = 384 << 10;

  /** What an item takes beside its texts and values, at most. */
  private static final int ITEM = 256;

  private final Inventory whole;
  private final List<Inventory> parts = new ArrayList<>();
  private List<KeyEntry> keys = new ArrayList<>();
  private Map<String, Long> numbers = new LinkedHashMap<>();
  private List<KeptSession> sessions = new ArrayList<>();
  private List<LockInfo> locks = new ArrayList<>();
  private List<ForcedRelease> forced = new ArrayList<>();
  private long bytes;

  private Parts(Inventory whole) {
    this.whole = whole;
  }

  static List<Inventory> of(Inventory whole) {
    Parts parts = new Parts(whole);
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
    if (bytes > 0) {
      parts.add(
          new Inventory(whole.revision(), whole.highest(), keys, numbers, sessions, locks, forced));
      keys = new ArrayList<>();
      numbers = new LinkedHashMap<>();
      sessions = new ArrayList<>();
      locks = new ArrayList<>();
      forced = new ArrayList<>();
      bytes = 0;
    }
  }
}
