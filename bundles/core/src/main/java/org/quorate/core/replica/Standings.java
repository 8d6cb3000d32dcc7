package org.quorate.core.replica;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.link.Frame;
import org.quorate.core.link.Standing;
import org.quorate.core.swap.Beyond;
import org.quorate.core.swap.CheckpointOrder;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.transport.Lane;

/**
 * How far the replicas of the group are in the chain, as they tell each other: who is behind the
 * oldest link that others serve asks for a snapshot, and a link is retired when enough have a
 * durable state beyond it. On the group's loop.
 */
final class Standings {
  /** No peer is told or asked more often. */
  private static final long INTERVAL_MS = 200;

  /** Nobody has to be asked about the link that all begin with. */
  private static final long FIRST_EPOCH = 1;

  private static final long NEVER = Long.MIN_VALUE / 2;

  private final ReplicaEnvironment environment;
  private final Function<Bytes, Frame> frames;
  private final Consumer<NodeId> asking;
  private final Map<Long, Long> durableEpochs = new HashMap<>();
  private final Map<NodeId, Long> answeredMs = new HashMap<>();
  private long reportedMs = NEVER;
  private long askedMs = NEVER;
  private long told = FIRST_EPOCH;

  Standings(
      ReplicaEnvironment environment, Function<Bytes, Frame> frames, Consumer<NodeId> asking) {
    this.environment = environment;
    this.frames = frames;
    this.asking = asking;
  }

  /** The peer speaks of a link that nobody needs any more. */
  void answer(NodeId peer, Standing ours) {
    long now = environment.nowMs();
    Long before = answeredMs.get(peer);
    if (before == null || now - before >= INTERVAL_MS) {
      answeredMs.put(peer, now);
      tell(peer, ours);
    }
  }

  /** The peer is to say how far it is. */
  void inquire(NodeId peer, Standing ours) {
    tell(peer, ours.asking());
  }

  private void tell(NodeId peer, Standing ours) {
    environment.transport().send(peer, Lane.CONTROL, frames.apply(ours.encode()).encode());
  }

  /** The peer may be far ahead: it knows whether a link that is open here will bring us on. */
  void ask(NodeId peer) {
    long now = environment.nowMs();
    if (now - askedMs >= INTERVAL_MS) {
      askedMs = now;
      asking.accept(peer);
    }
  }

  /** Something has changed that the others should hear of soon. */
  void news() {
    reportedMs = NEVER;
  }

  /** Tells the members now and then. */
  void report(long nowMs, Membership members, Standing ours) {
    if (nowMs - reportedMs < INTERVAL_MS) {
      return;
    }
    reportedMs = nowMs;
    told = ours.durable();
    for (Member member : members.members()) {
      if (!member.node().equals(environment.node())) {
        tell(member.node(), ours);
      }
    }
  }

  /** The epoch of a durable state here that the members were told of last. */
  long told() {
    return told;
  }

  void heard(long storeId, Standing theirs) {
    durableEpochs.merge(storeId, theirs.durable(), Math::max);
  }

  /** Of whom a durable state in the link that is active here is known. */
  Beyond beyond(Membership membership, Standing ours) {
    return Beyond.of(membership, store -> durable(store, ours) >= ours.active());
  }

  /** See {@link CheckpointOrder}. */
  int ahead(Membership membership, NodeId leads, Standing ours) {
    return CheckpointOrder.ahead(
        membership, environment.node(), leads, store -> durable(store, ours) >= ours.active());
  }

  private long durable(long store, Standing ours) {
    return store == environment.storeId()
        ? ours.durable()
        : durableEpochs.getOrDefault(store, FIRST_EPOCH);
  }
}
