package org.quorate.simulator.network;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.transport.Lane;
import org.quorate.spi.transport.Transport;

/** All connections between the nodes; a connection has a lane of each kind in both directions. */
public final class SimNetwork {
  /** Where frames and resets come out. */
  public interface Receiver {
    void receive(NodeId to, NodeId from, Lane lane, Bytes frame);

    void peerReset(NodeId at, NodeId peer);

    void peerBusy(NodeId at, NodeId peer);
  }

  private static final int WRITABLE_FRAMES = 64;
  private static final int BUDGET_FRAMES = 256;

  /** One direction between two nodes. */
  private static final class Path {
    private final long[] lastUs = new long[Lane.values().length];
    private final int[] inFlight = new int[Lane.values().length];
    private boolean cut;
    private long connection;
  }

  private final EventQueue queue;
  private final Rng rng;
  private final Receiver receiver;
  private final Map<NodeId, Map<NodeId, Path>> paths = new TreeMap<>();
  private NetworkFaults faults;

  public SimNetwork(EventQueue queue, Rng rng, NetworkFaults faults, Receiver receiver) {
    this.queue = queue;
    this.rng = rng;
    this.faults = faults;
    this.receiver = receiver;
  }

  /** What is wrong with every path from now on. */
  public void faults(NetworkFaults now) {
    faults = now;
  }

  private Path path(NodeId from, NodeId to) {
    return paths.computeIfAbsent(from, f -> new TreeMap<>()).computeIfAbsent(to, t -> new Path());
  }

  /** What one node sends with. */
  public Transport transport(NodeId from) {
    return new Transport() {
      @Override
      public void send(NodeId to, Lane lane, Bytes frame) {
        SimNetwork.this.send(from, to, lane, frame);
      }

      @Override
      public boolean writable(NodeId to, Lane lane) {
        return path(from, to).inFlight[lane.ordinal()] < WRITABLE_FRAMES;
      }
    };
  }

  private void send(NodeId from, NodeId to, Lane lane, Bytes frame) {
    Path path = path(from, to);
    if (path.cut || path.inFlight[lane.ordinal()] >= BUDGET_FRAMES || rng.chance(faults.loss())) {
      return;
    }
    transmit(path, from, to, lane, frame);
    if (rng.chance(faults.duplication())) {
      transmit(path, from, to, lane, frame);
    }
  }

  private void transmit(Path path, NodeId from, NodeId to, Lane lane, Bytes frame) {
    int l = lane.ordinal();
    long at = queue.nowUs() + faults.baseUs() + rng.around(faults.jitterUs());
    if (rng.chance(faults.stragglers())) {
      at += rng.around(faults.stragglerUs());
    }
    if (!rng.chance(faults.reordering())) {
      at = Math.max(at, path.lastUs[l]);
      path.lastUs[l] = at;
    }
    long connection = path.connection;
    path.inFlight[l]++;
    queue.at(
        at,
        () -> {
          if (path.connection == connection) {
            path.inFlight[l]--;
            if (!path.cut) {
              receiver.receive(to, from, lane, frame);
            }
          }
        });
  }

  /** Cuts or restores one direction; frames under way over a cut one are lost. */
  public void cut(NodeId from, NodeId to, boolean cut) {
    path(from, to).cut = cut;
  }

  /** Restores every path; connections that were cut are made again. */
  public void healAll() {
    List<NodeId[]> broken = new ArrayList<>();
    paths.forEach(
        (from, row) ->
            row.forEach(
                (to, path) -> {
                  if (path.cut) {
                    path.cut = false;
                    broken.add(new NodeId[] {from, to});
                  }
                }));
    broken.forEach(pair -> reset(pair[0], pair[1]));
  }

  /** Loses the connection of two nodes and makes it again. */
  public void reset(NodeId a, NodeId b) {
    drop(path(a, b));
    drop(path(b, a));
    receiver.peerReset(a, b);
    receiver.peerReset(b, a);
  }

  /** A process whose loop is busy says so to all others that it reaches. */
  public void tellBusy(NodeId from, Collection<NodeId> others) {
    for (NodeId to : others) {
      if (!to.equals(from) && !path(from, to).cut) {
        queue.after(faults.baseUs(), () -> receiver.peerBusy(to, from));
      }
    }
  }

  /** A process ended: its connections are gone. */
  public void disconnect(NodeId node, Collection<NodeId> others) {
    for (NodeId other : others) {
      drop(path(node, other));
      drop(path(other, node));
    }
  }

  private static void drop(Path path) {
    path.connection++;
    java.util.Arrays.fill(path.inFlight, 0);
    java.util.Arrays.fill(path.lastUs, 0);
  }
}
