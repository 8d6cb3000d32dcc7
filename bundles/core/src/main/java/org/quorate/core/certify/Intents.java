package org.quorate.core.certify;

import java.util.ArrayList;
import java.util.HashMap;
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
 * Keys that losing transactions have reserved: until the holder commits, or its time is over, other
 * transactions that write them lose. An older intent goes before a younger one, so holders never
 * wait for each other in a circle. Replicated state; single-threaded.
 */
public final class Intents {
  /** Longest time of an intent in positions of the log. */
  public static final int MAX_POSITIONS = 65_536;

  /** Longest time of an intent in ordered time: for a group in which little happens. */
  static final long MAX_MS = 2_000;

  /** Keys reserved at once in a group; one more intent beyond is not granted. */
  static final int MAX_KEYS = 65_536;

  private record Holder(long session, long intent) {}

  private record Intent(
      Holder holder, NodeId node, long from, long until, long untilMs, List<Bytes> keys) {
    boolean over(long position, long nowMs) {
      return position > until || nowMs > untilMs;
    }
  }

  private final Map<Holder, Intent> held = new LinkedHashMap<>();
  private final Map<Bytes, Intent> byKey = new HashMap<>();

  /** The conflict with an intent of another transaction, or null. */
  public Conflict conflict(Proposal proposal, long position, long nowMs, Gtid now) {
    if (held.isEmpty()) {
      return null;
    }
    Intent own = held.get(holder(proposal));
    for (Bytes key : proposal.transaction().writtenKeys()) {
      Intent intent = byKey.get(key);
      boolean before = own == null || intent != null && intent.from() < own.from();
      if (intent != null && intent != own && before && !intent.over(position, nowMs)) {
        return new Conflict(Reason.INTENT, key, now, intent.node(), 0);
      }
    }
    return null;
  }

  /** Reserves what a losing transaction reads and writes, if it asks for that and all is free. */
  public void reserve(Proposal proposal, NodeId node, long position, long nowMs) {
    Transaction transaction = proposal.transaction();
    if (transaction.reserve() == 0 || proposal.session() == 0) {
      return;
    }
    for (Intent intent : List.copyOf(held.values())) {
      if (intent.over(position, nowMs)) {
        drop(intent);
      }
    }
    List<Bytes> keys = new ArrayList<>(transaction.writtenKeys());
    keys.addAll(transaction.readKeys());
    Intent own = held.get(holder(proposal));
    boolean taken = keys.stream().map(byKey::get).anyMatch(i -> i != null && i != own);
    int reserved = byKey.size() - (own == null ? 0 : own.keys().size());
    if (taken || reserved + keys.size() > MAX_KEYS) {
      return;
    }
    drop(own);
    long until = position + Math.min(transaction.reserve(), MAX_POSITIONS);
    long from = own == null ? position : own.from();
    List<Bytes> copies = keys.stream().map(Bytes::copy).distinct().toList();
    put(new Intent(holder(proposal), node, from, until, nowMs + MAX_MS, copies));
  }

  private static Holder holder(Proposal proposal) {
    return new Holder(proposal.session(), proposal.transaction().intent());
  }

  private void put(Intent intent) {
    held.put(intent.holder(), intent);
    intent.keys().forEach(key -> byKey.put(key, intent));
  }

  private void drop(Intent intent) {
    if (intent != null) {
      held.remove(intent.holder());
      intent.keys().forEach(key -> byKey.remove(key, intent));
    }
  }

  /** The transaction has committed. */
  public void committed(Proposal proposal) {
    if (!held.isEmpty()) {
      drop(held.get(holder(proposal)));
    }
  }

  /** The session has ended, and with it what it held. */
  public void ended(long session) {
    for (Intent intent : List.copyOf(held.values())) {
      if (intent.holder().session() == session) {
        drop(intent);
      }
    }
  }

  /** Keys reserved now. */
  public int keys() {
    return byKey.size();
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
                .list(i.keys(), Encoder::bytes));
  }

  public static Intents decode(Decoder in) {
    Intents intents = new Intents();
    in.list(
            d ->
                new Intent(
                    new Holder(d.varint(), d.varint()),
                    NodeId.of(d.text()),
                    d.varint(),
                    d.varint(),
                    d.varint(),
                    d.list(k -> k.bytes().copy())))
        .forEach(intents::put);
    return intents;
  }
}
