package org.quorate.core.certify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Gtid;
import org.quorate.api.NodeId;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/**
 * Keys that losing transactions have reserved: until the holder commits, or its time is over, others
 * that write them lose. Holders of one key stand in a queue in the order in which they lost, so the
 * older goes before the younger on every key and nobody waits in a circle. Replicated state;
 * single-threaded.
 */
public final class Intents {
  /** Longest time of an intent in positions of the log. */
  public static final int MAX_POSITIONS = 65_536;

  /** Longest time of an intent in ordered time: for a group in which little happens. */
  static final long MAX_MS = 2_000;

  /** Keys that all intents of a group name; one more intent beyond is not granted. */
  static final int MAX_KEYS = 65_536;

  /** Where a transaction stands. */
  public enum Place {
    /** It holds no intent. */
    NONE,
    /** Nobody is before it: its next try wins. */
    FIRST,
    /** An older intent of another is in its way. */
    QUEUED
  }

  private record Holder(long session, long intent) {}

  /** Its keys, with whether it writes them. */
  private record Intent(
      Holder holder, NodeId node, long from, long until, long untilMs, Map<Bytes, Boolean> keys) {
    boolean over(long position, long nowMs) {
      return position > until || nowMs > untilMs;
    }
  }

  private final Map<Holder, Intent> held = new LinkedHashMap<>();
  private final Map<Bytes, List<Intent>> queues = new HashMap<>();
  private int keys;
  private long ended;

  /** The conflict with an intent of another transaction, or null. */
  public Conflict conflict(Proposal proposal, long position, long nowMs, Gtid now) {
    if (held.isEmpty()) {
      return null;
    }
    Intent own = held.get(holder(proposal));
    for (Bytes key : proposal.transaction().writtenKeys()) {
      Intent before = before(own, key, true, position, nowMs);
      if (before != null) {
        return new Conflict(Reason.INTENT, key, now, before.node(), 0);
      }
    }
    return null;
  }

  /** Who stands before an intent, or before somebody who has none, at a key; or null. */
  private Intent before(Intent own, Bytes key, boolean writes, long position, long nowMs) {
    for (Intent other : queues.getOrDefault(key, List.of())) {
      if (own != null && other.from() >= own.from()) {
        return null;
      }
      if (!other.over(position, nowMs) && (writes || other.keys().get(key))) {
        return other;
      }
    }
    return null;
  }

  /** Where the intent of a transaction stands in the queues of its keys. */
  public Place place(Proposal proposal, long position, long nowMs) {
    Intent own = proposal.transaction() == null ? null : held.get(holder(proposal));
    if (own == null || own.over(position, nowMs)) {
      return Place.NONE;
    }
    for (Map.Entry<Bytes, Boolean> key : own.keys().entrySet()) {
      if (before(own, key.getKey(), key.getValue(), position, nowMs) != null) {
        return Place.QUEUED;
      }
    }
    return Place.FIRST;
  }

  /**
   * Reserves what a losing transaction reads and writes, if it asks for that; where others were
   * before it queues. A transaction that has an intent keeps its place.
   */
  public void reserve(Proposal proposal, NodeId node, long position, long nowMs) {
    Transaction transaction = proposal.transaction();
    if (transaction.reserve() == 0 || proposal.session() == 0) {
      return;
    }
    endThoseOver(position, nowMs);
    Map<Bytes, Boolean> wanted = new LinkedHashMap<>();
    transaction.writtenKeys().forEach(key -> wanted.put(key.copy(), true));
    transaction.readKeys().forEach(key -> wanted.putIfAbsent(key.copy(), false));
    Intent own = held.get(holder(proposal));
    int others = keys - (own == null ? 0 : own.keys().size());
    if (wanted.isEmpty() || others + wanted.size() > MAX_KEYS) {
      return;
    }
    end(own);
    long until = position + Math.min(transaction.reserve(), MAX_POSITIONS);
    long from = own == null ? position : own.from();
    put(new Intent(holder(proposal), node, from, until, nowMs + MAX_MS, wanted));
  }

  /** They stand in the order in which their time was set, so mostly in that in which it ends. */
  private void endThoseOver(long position, long nowMs) {
    Iterator<Intent> oldest = held.values().iterator();
    while (oldest.hasNext()) {
      Intent intent = oldest.next();
      if (!intent.over(position, nowMs)) {
        return;
      }
      oldest.remove();
      unlink(intent);
    }
  }

  private static Holder holder(Proposal proposal) {
    return new Holder(proposal.session(), proposal.transaction().intent());
  }

  private void put(Intent intent) {
    held.put(intent.holder(), intent);
    keys += intent.keys().size();
    for (Bytes key : intent.keys().keySet()) {
      List<Intent> queue = queues.computeIfAbsent(key, k -> new ArrayList<>(2));
      int at = queue.size();
      while (at > 0 && queue.get(at - 1).from() > intent.from()) {
        at--;
      }
      queue.add(at, intent);
    }
  }

  private void end(Intent intent) {
    if (intent != null) {
      held.remove(intent.holder());
      unlink(intent);
    }
  }

  private void unlink(Intent intent) {
    ended++;
    keys -= intent.keys().size();
    for (Bytes key : intent.keys().keySet()) {
      List<Intent> queue = queues.get(key);
      queue.removeIf(i -> i == intent);
      if (queue.isEmpty()) {
        queues.remove(key);
      }
    }
  }

  /** The transaction has committed. */
  public void committed(Proposal proposal) {
    if (!held.isEmpty()) {
      end(held.get(holder(proposal)));
    }
  }

  /** The session has ended, and with it what it held. */
  public void ended(long session) {
    for (Intent intent : List.copyOf(held.values())) {
      if (intent.holder().session() == session) {
        end(intent);
      }
    }
  }

  /** Keys that the intents name, each counted once per intent. */
  public int keys() {
    return keys;
  }

  /** Intents held. */
  public int size() {
    return held.size();
  }

  /** How many have ended; it counts on this replica only. */
  public long endings() {
    return ended;
  }

  public void encode(Encoder out) {
    out.list(
        List.copyOf(held.values()),
        (e, i) ->
            e.varint(i.holder().session())
                .varint(i.holder().intent())
                .text(i.node().name())
                .varint(i.from())
                .varint(i.until())
                .varint(i.untilMs())
                .list(
                    List.copyOf(i.keys().entrySet()),
                    (k, key) -> k.bytes(key.getKey()).bool(key.getValue())));
  }

  public static Intents decode(Decoder in) {
    Intents intents = new Intents();
    in.list(Intents::intent).forEach(intents::put);
    return intents;
  }

  private static Intent intent(Decoder in) {
    Holder holder = new Holder(in.varint(), in.varint());
    NodeId node = NodeId.of(in.text());
    long from = in.varint();
    long until = in.varint();
    long untilMs = in.varint();
    Map<Bytes, Boolean> keys = new LinkedHashMap<>();
    for (int i = in.count(); i > 0; i--) {
      Bytes key = in.bytes().copy();
      keys.put(key, in.bool());
    }
    return new Intent(holder, node, from, until, untilMs, keys);
  }
}
