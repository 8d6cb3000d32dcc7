package org.quorate.management;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.runtime.api.NodeStatus;

/**
 * A node as it describes itself.
 *
 * @param storeId random identity of its data directory, hexadecimal
 * @param incarnation number of this start, from 1
 * @param addresses {@code host:port} by purpose
 * @param services installed strategies, storages and state machines
 */
public record NodeView(
    String node,
    String cluster,
    long pid,
    String java,
    String storeId,
    long incarnation,
    long upMs,
    String dataDir,
    Map<String, String> addresses,
    Map<String, List<String>> services,
    List<PeerView> peers,
    Map<String, Long> counters) {
  static NodeView of(NodeStatus s) {
    return new NodeView(
        s.node().name(),
        s.cluster(),
        ProcessHandle.current().pid(),
        Runtime.version().toString(),
        s.storeId(),
        s.incarnation(),
        s.upMs(),
        s.dataDir(),
        new TreeMap<>(s.addresses()),
        new TreeMap<>(s.services()),
        s.peers().stream().map(PeerView::of).toList(),
        new TreeMap<>(s.counters()));
  }
}
