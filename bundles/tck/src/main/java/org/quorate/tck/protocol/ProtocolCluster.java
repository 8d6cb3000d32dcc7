package org.quorate.tck.protocol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkInvariant;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;

/**
 * Nodes wired by a queue of messages; all invariants are checked after every step of any node.
 *
 * @param <N> a node of the protocol
 */
public abstract class ProtocolCluster<N extends ProtocolNode<?>> {
  public final ProtocolNetwork network;
  public final TreeMap<NodeId, N> nodes = new TreeMap<>();
  public final Map<String, String> options = new HashMap<>();
  public final List<NodeId[]> snapshotsWanted = new ArrayList<>();
  public final List<String> said = new ArrayList<>();
  public final TreeMap<Long, String> decided = new TreeMap<>();
  public final long seed;
  public Membership genesis;
  public boolean chatty = true;
  private boolean snapshotsHeld;
  public BiConsumer<TailRequest, Long> onTail = (request, inner) -> {};
  private final List<LinkInvariant> invariants = new ArrayList<>();
  private long stores = 100;
  private long tickets;
  private NodeId busy; // its loop stands still; null for none

  protected ProtocolCluster(long seed, ConsensusStrategy strategy, Dialect dialect) {
    this.seed = seed;
    network = new ProtocolNetwork(dialect);
    strategy.traits().invariants().forEach(i -> invariants.add(i.get()));
  }

  /** A node that is not started yet. */
  protected abstract N node(NodeId id, long store);

  /** Whether a living node leads: proposes, sequences. */
  protected abstract boolean leads(N node);

  /** Whether a leader leads in a later term or view than another. */
  protected abstract boolean later(N leader, N than);

  /** What the protocol calls a position of its log. */
  protected abstract String position();

  /** These nodes as voters, all started. */
  public void begin(String... names) {
    for (String name : names) {
      add(name);
    }
    genesis(names);
    nodes.values().forEach(ProtocolNode::start);
  }

  /** A node that is not started yet. */
  public N add(String name) {
    N node = node(NodeId.of(name), ++stores);
    nodes.put(node.id, node);
    return node;
  }

  /** Names alone are voters; {@code a*3} weighs 3, {@code c=witness} is no voter. */
  public void genesis(String... voters) {
    List<Member> members = new ArrayList<>();
    for (String word : voters) {
      String name = word.split("[*=]")[0];
      int weight = word.contains("*") ? Integer.parseInt(word.split("[*]")[1]) : 1;
      Role role =
          word.contains("=")
              ? Role.valueOf(word.split("=")[1].toUpperCase(Locale.ROOT))
              : Role.VOTER;
      members.add(new Member(NodeId.of(name), node(name).store, role, weight));
    }
    genesis = new Membership(1, members);
  }

  public N node(String name) {
    N node = nodes.get(NodeId.of(name));
    if (node == null) {
      throw new IllegalArgumentException("no node " + name);
    }
    return node;
  }

  /** The id of a store that nobody had. */
  public long newStore() {
    return ++stores;
  }

  /** A ticket that nobody had. */
  public long ticket() {
    return ++tickets;
  }

  /** A line of the transcript. */
  public void say(String line) {
    if (chatty) {
      said.add(line);
    }
  }

  /** After every step of any node. */
  void stepped() {
    List<LinkInvariant.LinkView> views = new ArrayList<>();
    for (N n : nodes.values()) {
      if (n.latest != null) {
        views.add(new LinkInvariant.LinkView(n.id, n.alive(), n.incarnation, n.latest));
      }
    }
    for (LinkInvariant invariant : invariants) {
      String wrong = invariant.check(views);
      if (wrong != null) {
        throw new AssertionError(invariant.name() + ": " + wrong);
      }
    }
  }

  /** A node delivers: the same everywhere. */
  protected void delivered(ProtocolNode<?> node, long inner, Bytes payload) {
    say(
        node.id
            + " delivers "
            + inner
            + " "
            + (payload.length() <= 12 ? payload.utf8() : payload.length() + "B"));
    String before = decided.putIfAbsent(inner, payload.utf8());
    if (before != null && !before.equals(payload.utf8())) {
      throw new AssertionError(
          node.id + " delivers " + payload.utf8() + " at " + inner + ", elsewhere " + before);
    }
  }

  void membership(ProtocolNode<?> node, Membership effective, long inner) {
    if (inner > 0) {
      say(
          node.id
              + " goes by membership "
              + effective.version()
              + " of "
              + position()
              + " "
              + inner);
    }
  }

  /** Hands one message over; false when none of these is there. */
  public boolean deliver(Predicate<ProtocolNetwork.Sent> which) {
    ProtocolNetwork.Sent sent = network.take(which);
    if (sent == null) {
      return false;
    }
    N to = nodes.get(sent.to());
    if (to != null && to.alive()) {
      to.step(new Event.Received(sent.from(), sent.message()));
    }
    return true;
  }

  /** Until nothing is on the way any more; snapshots are sent as they are asked for. */
  public void settle() {
    int left = 100_000;
    boolean any = true;
    while (any) {
      any = deliver(s -> !s.to().equals(busy));
      any |= snapshots();
      for (N n : nodes.values()) {
        any |= n.autoDisk && !n.id.equals(busy) && n.durable(Integer.MAX_VALUE);
      }
      if (--left == 0) {
        throw new AssertionError("does not settle: " + network.queue);
      }
    }
  }

  /** Snapshots take time: none is sent by itself until this is taken back. */
  public void holdSnapshots(boolean held) {
    snapshotsHeld = held;
  }

  /** Sends a snapshot that is asked for, if there is one. */
  public boolean snapshots() {
    if (snapshotsWanted.isEmpty() || snapshotsHeld) {
      return false;
    }
    NodeId[] wanted = snapshotsWanted.remove(0);
    snapshot(nodes.get(wanted[0]), nodes.get(wanted[1]));
    return true;
  }

  /** A snapshot of one node reaches another. */
  public void snapshot(N donor, N to) {
    if (!donor.alive()) {
      return;
    }
    long inner = donor.applied;
    if (to.alive()) {
      to.install(donor);
    }
    donor.step(new Event.SnapshotSent(to.id, inner, to.alive()));
  }

  /** Time passes for all nodes; what is sent arrives at once. */
  public void run(long ms) {
    for (long at = 0; at < ms; at += 25) {
      tick();
      settle();
    }
  }

  private void tick() {
    for (N n : nodes.values()) {
      if (!n.id.equals(busy)) {
        n.tick(25);
      }
    }
  }

  /** Time in which the loop of a node stands still; its process says so to the others for a while. */
  public void busy(N who, long ms, long toldMs) {
    busy = who.id;
    for (long at = 0; at < ms; at += 25) {
      tick();
      for (N n : nodes.values()) {
        if (n != who && n.alive() && at % 50 == 0 && at > 50 && at < toldMs) {
          n.step(new Event.PeerBusy(who.id));
        }
      }
      settle();
    }
    busy = null;
    who.nowMs += ms;
  }

  /** Time passes until somebody leads. */
  public N elect() {
    for (int i = 0; i < 400; i++) {
      if (leader() != null) {
        return leader();
      }
      run(25);
    }
    throw new AssertionError("nobody leads");
  }

  /** The living leader of the latest term or view, or null. */
  public N leader() {
    N leader = null;
    for (N n : nodes.values()) {
      if (n.alive() && leads(n) && (leader == null || later(n, leader))) {
        leader = n;
      }
    }
    return leader;
  }

  /** Submits these in one turn; answers the last ticket. */
  public long propose(N at, String... payloads) {
    List<Submission> submissions = new ArrayList<>();
    for (String payload : payloads) {
      submissions.add(new Submission(ticket(), Bytes.utf8(payload)));
    }
    at.step(new Event.Submitted(submissions));
    return tickets;
  }
}
