package org.quorate.core.certify;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.Conflict.Reason;
import org.quorate.api.Gtid;
import org.quorate.api.NodeId;
import org.quorate.api.Proposal;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.core.certify.Intent.Holder;

/**
 * Keys that losing transactions have reserved. A holder's turn begins when all its keys are free of
 * those whose turn it is, the oldest first, so nobody waits in a circle; a younger one may go before
 * an older that waits for other keys, but not for ever. Until the holder commits, gives way, or its
 * time is over, others that write its keys lose. A turn is short: its client may be gone. Replicated
 * state; single-threaded.
 */
public final class Intents {
  /** Ordered time that a turn lasts, and up to a step more. */
  static final long TURN_MS = 500;

  /** Keys that all intents of a group name; one more intent beyond is not granted. */
  static final int MAX_KEYS = 65_536;

  /** Where a transaction stands. */
  public enum Place {
    /** It holds no intent. */
    NONE,
    /** Its turn has come: its next try wins. */
    FIRST,
    /** It waits for its turn. */
    QUEUED
  }

  private final Map<Holder, Intent> held = new LinkedHashMap<>();
  private final Map<Bytes, IntentQueue> queues = new HashMap<>();
  private int keys;
  private long changes;

  /** The conflict with an intent of another transaction, or null. */
  public Conflict conflict(Proposal proposal, Gtid now) {
    if (held.isEmpty()) {
      return null;
    }
    Intent own = held.get(holder(proposal));
    for (Bytes key : proposal.transaction().writtenKeys()) {
      IntentQueue queue = own != null && own.mayWrite(key) ? null : queues.get(key);
      Intent other = queue == null ? null : queue.other(own);
      if (other != null) {
        return new Conflict(Reason.INTENT, key, now, other.node, 0);
      }
    }
    return null;
  }

  /** Where the intent of a transaction stands. */
  public Place place(long session, long intent) {
    Intent own = held.get(new Holder(session, intent));
    if (own == null) {
      return Place.NONE;
    }
    return own.waits() ? Place.QUEUED : Place.FIRST;
  }

  /**
   * Reserves what a losing transaction reads and writes, if it asks for that, and lets its turn begin
   * if nobody is in its way. A transaction that has an intent keeps its age.
   */
  public void reserve(Proposal proposal, NodeId node, long position, long nowMs) {
    Transaction transaction = proposal.transaction();
    if (transaction.reserve() == 0 || proposal.session() == 0) {
      return;
    }
    Map<Bytes, Boolean> wanted = new LinkedHashMap<>();
    transaction.writtenKeys().forEach(key -> wanted.put(key.copy(), true));
    transaction.readKeys().forEach(key -> wanted.putIfAbsent(key.copy(), false));
    Intent own = held.get(holder(proposal));
    int others = keys - (own == null ? 0 : own.keys.size());
    if (wanted.isEmpty() || others + wanted.size() > MAX_KEYS) {
      return;
    }
    long until = position + Math.min(transaction.reserve(), Transaction.MAX_RESERVE);
    long from = own == null ? position : own.from;
    Intent next = new Intent(holder(proposal), node, from, until, wanted);
    Collection<Bytes> free = own == null ? List.of() : take(own);
    put(next);
    beginTurns(free, nowMs);
    if (next.waits()) {
      begin(next, nowMs);
    }
  }

  /** Ordered time has moved: ends those whose time is over. */
  public void stepped(long position, long nowMs) {
    for (Intent intent : List.copyOf(held.values())) {
      if (intent.over(position, nowMs)) {
        end(intent, nowMs);
      }
    }
  }

  private static Holder holder(Proposal proposal) {
    return new Holder(proposal.session(), proposal.transaction().intent());
  }

  private void put(Intent intent) {
    held.put(intent.holder, intent);
    keys += intent.keys.size();
    intent.keys.keySet().forEach(key -> queue(key).add(intent));
    if (!intent.waits()) {
      intent.keys.forEach((key, writes) -> queue(key).began(writes));
    }
  }

  private IntentQueue queue(Bytes key) {
    return queues.computeIfAbsent(key, k -> new IntentQueue());
  }

  private void end(Intent intent, long nowMs) {
    if (intent != null) {
      beginTurns(take(intent), nowMs);
    }
  }

  /** Takes one out; at the keys returned others wait. */
  private Collection<Bytes> take(Intent intent) {
    held.remove(intent.holder);
    changes++;
    keys -= intent.keys.size();
    TreeSet<Bytes> awaited = new TreeSet<>();
    intent.keys.forEach(
        (key, writes) -> {
          IntentQueue queue = queues.get(key);
          queue.remove(intent);
          if (!intent.waits()) {
            queue.ended(writes);
          }
          if (queue.isEmpty()) {
            queues.remove(key);
          } else {
            awaited.add(key);
          }
        });
    return awaited;
  }

  /** Lets the turns begin that now can at these keys, of the oldest first. */
  private void beginTurns(Collection<Bytes> freed, long nowMs) {
    TreeSet<Intent> waiting = new TreeSet<>(Comparator.comparingLong(i -> i.from));
    for (Bytes key : freed) {
      waiting.addAll(queues.get(key).next());
    }
    waiting.forEach(intent -> begin(intent, nowMs));
  }

  private void begin(Intent intent, long nowMs) {
    for (Map.Entry<Bytes, Boolean> key : intent.keys.entrySet()) {
      if (!queues.get(key.getKey()).admits(intent, key.getValue())) {
        return;
      }
    }
    intent.turn(nowMs + TURN_MS);
    changes++;
    intent.keys.forEach(
        (key, writes) -> {
          queues.get(key).began(writes);
          queues.get(key).passedBy(intent);
        });
  }

  /** The transaction has committed. */
  public void committed(Proposal proposal, long nowMs) {
    if (!held.isEmpty()) {
      end(held.get(holder(proposal)), nowMs);
    }
  }

  /** Whether a session holds any. */
  public boolean holds(long session) {
    return held.keySet().stream().anyMatch(holder -> holder.session() == session);
  }

  /** The session has ended or gives way, and with it ends what it held. */
  public void ended(long session, long nowMs) {
    for (Intent intent : List.copyOf(held.values())) {
      if (intent.holder.session() == session) {
        end(intent, nowMs);
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

  /** Turns that have begun and intents that have ended; it counts on this replica only. */
  public long changes() {
    return changes;
  }

  public void encode(Encoder out) {
    out.list(List.copyOf(held.values()), (e, intent) -> intent.encode(e));
  }

  public static Intents decode(Decoder in) {
    Intents intents = new Intents();
    in.list(Intent::decode).forEach(intents::put);
    return intents;
  }
}
