package org.quorate.runtime.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.core.replica.BusyLoop;
import org.quorate.runtime.peer.PeerTransport;
import org.quorate.spi.consensus.Member;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, from a loop of its own, whether those of the groups still turn, and has the members of the
 * groups of a busy one told so. On the pulse loop.
 */
final class Vitals implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Vitals.class);

  private final NodeId self;
  private final GroupTable groups;
  private final PeerTransport transport;
  private final BusyLoop limits;
  private final Set<Ticker> stuck = new HashSet<>();

  Vitals(NodeId self, GroupTable groups, PeerTransport transport, BusyLoop limits) {
    this.self = self;
    this.groups = groups;
    this.transport = transport;
    this.limits = limits;
  }

  @Override
  public void run() {
    for (Ticker ticker : groups.tickers()) {
      long silentMs = ticker.silentMs();
      if (limits.busy(silentMs)) {
        tell(ticker);
      } else if (!limits.stuck(silentMs)) {
        stuck.remove(ticker);
      } else if (stuck.add(ticker)) {
        LOG.error(
            "the event loop of groups {} has been at one thing for {} ms: the peers are no longer"
                + " told that it is only busy (busy.limit.ms)",
            of(ticker).stream().map(GroupHost::id).toList(),
            silentMs);
      }
    }
  }

  private static void warn(List<GroupId> silent, long silentMs) {
    if (!silent.isEmpty()) {
      LOG.error(
          "the event loop of groups {} has been at one thing for {} ms: the peers are no longer"
              + " told that it is only busy (busy.limit.ms)",
          silent,
          silentMs);
    }
  }

  private void tell(Ticker ticker) {
    Map<NodeId, List<GroupId>> busy = new TreeMap<>();
    for (GroupHost host : of(ticker)) {
      for (Member member : host.manifest().membership().members()) {
        busy.computeIfAbsent(member.node(), n -> new ArrayList<>()).add(host.id());
      }
    }
    busy.remove(self);
    busy.forEach(transport::tellBusy);
  }

  private List<GroupHost> of(Ticker ticker) {
    return groups.all().stream().filter(h -> h.loop() == ticker.loop() && h.isOpen()).toList();
  }
}
