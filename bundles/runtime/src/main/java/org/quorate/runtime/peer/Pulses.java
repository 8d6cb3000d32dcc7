package org.quorate.runtime.peer;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.client.net.Loop;

/**
 * One-way connections to the peers from a loop that nothing else uses, so that this node can say that
 * its other loops are busy. Everything on that loop; {@link #connect} and {@link #close} from any
 * thread.
 */
final class Pulses {
  private final PeerTransport transport;
  private final Loop loop;
  private final Map<NodeId, PulseLine> lines = new TreeMap<>();
  private Runnable checks = () -> {};
  private boolean closed;

  Pulses(PeerTransport transport, Loop loop) {
    this.transport = transport;
    this.loop = loop;
  }

  void start(long checkMs, int silentLimit) {
    loop.run(
        () ->
            checks =
                loop.every(checkMs, () -> lines.values().forEach(line -> line.check(silentLimit))));
  }

  /** The peer is there. */
  void connect(NodeId peer) {
    loop.run(
        () -> {
          if (!closed) {
            lines.computeIfAbsent(peer, p -> new PulseLine(transport, loop, p)).dial();
          }
        });
  }

  void tellBusy(NodeId peer, List<GroupId> groups) {
    PulseLine line = lines.get(peer);
    if (line != null) {
      line.tellBusy(groups);
    }
  }

  void close() {
    loop.run(
        () -> {
          closed = true;
          checks.run();
          lines.values().forEach(PulseLine::close);
        });
  }
}
