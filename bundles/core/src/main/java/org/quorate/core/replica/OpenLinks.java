package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.storage.LinkStore;

/**
 * The chain as far as this replica has followed it, and the links of it that are open here: one
 * active, at most one before and one after it. On the group's loop.
 */
final class OpenLinks {
  private final List<LinkSlot> slots = new ArrayList<>();
  private Chain chain;
  private LinkSlot active;

  Chain chain() {
    return chain;
  }

  void follow(Chain next) {
    chain = next;
  }

  /** Null while the active link is not open. */
  LinkSlot active() {
    return active;
  }

  /** The link whose decisions are delivered from now on; null if that is not open. */
  void activate(LinkSlot next) {
    active = next;
  }

  void add(LinkSlot slot) {
    slots.add(slot);
  }

  void remove(LinkSlot slot) {
    slots.remove(slot);
  }

  /** The open link of a plan, or null. */
  LinkSlot find(long planId) {
    if (active != null && active.link().planId() == planId) {
      return active;
    }
    for (int i = 0; i < slots.size(); i++) {
      if (slots.get(i).link().planId() == planId) {
        return slots.get(i);
      }
    }
    return null;
  }

  /** The open link that the plan under way goes over to, or null. */
  LinkSlot planned() {
    return chain.plan() == null ? null : find(chain.plan().planId());
  }

  /** Whether a link is sealed and not retired yet. */
  boolean sealed(Chain.Link link) {
    return chain.predecessor() != null && chain.predecessor().planId() == link.planId();
  }

  /** Epoch of the oldest link that is served. */
  long oldest() {
    return chain.predecessor() != null ? chain.predecessor().epoch() : chain.active().epoch();
  }

  List<Long> planIds() {
    return slots.stream().map(slot -> slot.link().planId()).toList();
  }

  // ---- what they are told ------------------------------------------------------------------

  void offer(Event event) {
    for (int i = 0; i < slots.size(); i++) {
      slots.get(i).offer(event);
    }
  }

  /** A snapshot has replaced the state: the chain is {@code next} now. */
  void installed(Chain next, long inner, Bytes linkState) {
    for (LinkSlot slot : slots) {
      long planId = slot.link().planId();
      if (planId == next.active().planId() && inner > 0) {
        slot.offer(new Event.SnapshotInstalled(inner, linkState));
      } else if (next.predecessor() != null && planId == next.predecessor().planId()) {
        slot.seal();
        slot.offer(new Event.SnapshotInstalled(next.seal().inner(), next.seal().linkState()));
      }
    }
  }

  /** The state up to a point, with the chain {@code at}, is durable without the log. */
  void checkpointed(LogPoint point, Chain at) {
    for (LinkSlot slot : slots) {
      if (slot.link().epoch() == point.epoch()) {
        slot.loglet().checkpointed(point.inner());
      } else if (at.predecessor() != null && slot.link().planId() == at.predecessor().planId()) {
        slot.loglet().checkpointed(at.seal().inner());
      }
    }
  }

  /**
   * Sending a snapshot has ended. All links are told: of two that want one for a peer only the first
   * is heard, and that one may be sealed and gone by now.
   */
  void snapshotSent(NodeId to, LogPoint point, boolean ok) {
    for (LinkSlot slot : slots) {
      long epoch = slot.link().epoch();
      if (epoch >= point.epoch()) {
        long inner = epoch == point.epoch() ? point.inner() : 0;
        slot.offer(new Event.SnapshotSent(to, inner, ok));
      } else if (sealed(slot.link())) {
        slot.offer(new Event.SnapshotSent(to, chain.seal().inner(), ok));
      }
    }
  }

  // ---- ending ------------------------------------------------------------------------------

  /** No step and no message of any link from now on. */
  void stop() {
    slots.forEach(LinkSlot::stop);
  }

  /** Closes everything; blocks for writes under way. */
  void close() {
    List<LinkStore> stores = new ArrayList<>();
    slots.sort((a, b) -> Long.compare(a.link().planId(), b.link().planId()));
    slots.forEach(slot -> stores.add(slot.close()));
    slots.clear();
    stores.forEach(LinkStore::close);
  }
}
