package org.quorate.runtime.api;

import java.util.List;
import java.util.Map;
import org.quorate.api.NodeId;

/**
 * A node as it sees itself.
 *
 * @param storeId identity of the data directory, hexadecimal
 * @param incarnation number of this start of the data directory, from 1
 * @param upMs milliseconds since the start
 * @param dataDir where the data is
 * @param addresses what it listens on: peer, client, http, bridge to host:port
 * @param services names of what is installed: strategy, log, storage, state
 * @param counters totals since the start: frames refused, connections …
 */
public record NodeStatus(
    NodeId node,
    String cluster,
    String storeId,
    long incarnation,
    long upMs,
    String dataDir,
    Map<String, String> addresses,
    Map<String, List<String>> services,
    List<PeerStatus> peers,
    Map<String, Long> counters) {
  /**
   * Another node as seen from this one.
   *
   * @param state CONNECTED, CONNECTING or REFUSED
   * @param why what stands in the way; empty when connected
   * @param storeId identity it showed last, hexadecimal; empty before it was met
   * @param pendingBytes waiting to be sent
   */
  public record PeerStatus(
      NodeId node,
      String peerAddress,
      String clientAddress,
      String state,
      String why,
      String storeId,
      long pendingBytes) {}
}
