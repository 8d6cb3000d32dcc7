package org.quorate.core.certify;

import java.util.LinkedHashMap;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

/** What one transaction has reserved, and whether its turn has come. Replicated state. */
final class Intent {
  /** Whose it is. */
  record Holder(long session, long intent) {}

  final Holder holder;
  final NodeId node;

  /** Position of its first loss: the older goes first. */
  final long from;

  /** The last position at which it counts. */
  final long until;

  /** Its keys, with whether it writes them. */
  final Map<Bytes, Boolean> keys;

  /** Ordered time at which its turn is over; 0 while it waits. */
  private long turnMs;

  /** How often a younger one went first. */
  private int passed;

  Intent(Holder holder, NodeId node, long from, long until, Map<Bytes, Boolean> keys) {
    this.holder = holder;
    this.node = node;
    this.from = from;
    this.until = until;
    this.keys = keys;
  }

  boolean waits() {
    return turnMs == 0;
  }

  void turn(long untilMs) {
    turnMs = untilMs;
  }

  void pass() {
    passed++;
  }

  int passed() {
    return passed;
  }

  boolean over(long position, long nowMs) {
    return position > until || !waits() && nowMs > turnMs;
  }

  /** Whether it may write a key now. */
  boolean mayWrite(Bytes key) {
    return !waits() && keys.getOrDefault(key, false);
  }

  void encode(Encoder out) {
    out.varint(holder.session()).varint(holder.intent()).text(node.name());
    out.varint(from).varint(until).varint(turnMs).varint(passed);
    out.list(keys.entrySet(), (e, key) -> e.bytes(key.getKey()).bool(key.getValue()));
  }

  static Intent decode(Decoder in) {
    Holder holder = new Holder(in.varint(), in.varint());
    NodeId node = NodeId.decode(in);
    long from = in.varint();
    long until = in.varint();
    long turnMs = in.varint();
    int passed = (int) in.varint();
    Map<Bytes, Boolean> keys = new LinkedHashMap<>();
    for (int i = in.count(); i > 0; i--) {
      Bytes key = in.bytes().copy();
      keys.put(key, in.bool());
    }
    Intent intent = new Intent(holder, node, from, until, keys);
    intent.turnMs = turnMs;
    intent.passed = passed;
    return intent;
  }
}
