package org.quorate.certify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.LinkInvariant;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;

/** Nodes wired by a queue of messages; all invariants are checked after every step of any node. */
final class TestCluster {
  final TestNetwork network = new TestNetwork();
  final TreeMap<NodeId, TestNode> nodes = new TreeMap<>();
  final Map<String, String> options = new HashMap<>();
  final List<NodeId[]> snapshotsWanted = new ArrayList<>();
  final List<String> said = new ArrayList<>();
  final TreeMap<Long, String> decided = new TreeMap<>();
  private final Map<String, Long> slots = new HashMap<>(); // a payload is delivered at one slot
  private final List<LinkInvariant> invariants = new ArrayList<>();
  final long seed;
  Membership genesis;
  private long stores = 100;
  private long tickets;
  private NodeId busy; // its loop stands still; null for none
  boolean chatty = true;
  Rules rules = Rules.SOUND;
  BiConsumer<TailRequest, Long> onTail = (request, inner) -> {};

  TestCluster(long seed) {
    this.seed = seed;
    new CertifyStrategy().traits().invariants().forEach(i -> invariants.add(i.get()));
  }

  static TestCluster of(long seed, String... names) {
    TestCluster cluster = new TestCluster(seed);
    for (String name : names) {
      cluster.add(name);
    }
    cluster.genesis(names);
    cluster.nodes.values().forEach(TestNode::start);
    return cluster;
  }

  /** A node that is not started yet. */
  TestNode add(String name) {
    TestNode node = new TestNode(this, NodeId.of(name), ++stores);
    nodes.put(node.id, node);
    return node;
  }

  /** Names alone are voters; {@code a*3} weighs 3, {@code c=witness} is no voter. */
  void genesis(String... voters) {
    List<Member> members = new ArrayList<>();
    for (String word : voters) {
      String name = word.split("[*=]")[0];
      int weight = word.contains("*") ? Integer.parseInt(word.split("[*]")[1]) : 1;
      Role role =
          word.contains("=")
              ? Role.valueOf(word.split("=")[1].toUpperCase(java.util.Locale.ROOT))
              : Role.VOTER;
      members.add(new Member(NodeId.of(name), node(name).store, role, weight));
    }
    genesis = new Membership(1, members);
  }

  TestNode node(String name) {
    TestNode node = nodes.get(NodeId.of(name));
    if (node == null) {
      throw new IllegalArgumentException("no node " + name);
    }
    return node;
  }

  long newStore() {
    return ++stores;
  }

  long ticket() {
    return ++tickets;
  }

  void say(String line) {
    if (chatty) {
      said.add(line);
    }
  }

  /** After every step of any node. */
  void stepped() {
    List<LinkInvariant.LinkView> views = new ArrayList<>();
    for (TestNode n : nodes.values()) {
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

  void delivered(TestNode node, long inner, Bytes payload) {
    say(
        node.id
            + " delivers "
            + inner
            + " "
            + (payload.length() <= 12 ? payload.utf8() : payload.length() + "B"));
    Long slot = slots.putIfAbsent(payload.utf8(), inner);
    if (slot != null && slot != inner && !payload.utf8().equals("seal")) {
      throw new AssertionError(
          node.id + " delivers " + payload.utf8() + " at " + inner + " and at " + slot);
    }
    String before = decided.putIfAbsent(inner, payload.utf8());
    if (before != null && !before.equals(payload.utf8())) {
      throw new AssertionError(
          node.id + " delivers " + payload.utf8() + " at " + inner + ", elsewhere " + before);
    }
  }

  void membership(TestNode node, Membership effective, long inner) {
    if (inner > 0) {
      say(node.id + " goes by membership " + effective.version() + " of slot " + inner);
    }
  }

  /** Hands one message over; false when none of these is there. */
  boolean deliver(Predicate<TestNetwork.Sent> which) {
    TestNetwork.Sent sent = network.take(which);
    if (sent == null) {
      return false;
    }
    TestNode to = nodes.get(sent.to());
    if (to != null && to.alive()) {
      to.step(new Event.Received(sent.from(), sent.message()));
    }
    return true;
  }

  /** Until nothing is on the way any more; snapshots are sent as they are asked for. */
  void settle() {
    int left = 100_000;
    boolean any = true;
    while (any) {
      any = deliver(s -> !s.to().equals(busy));
      any |= snapshots();
      for (TestNode n : nodes.values()) {
        any |= n.autoDisk && !n.id.equals(busy) && n.durable(Integer.MAX_VALUE);
      }
      if (--left == 0) {
        throw new AssertionError("does not settle: " + network.queue);
      }
    }
  }

  boolean snapshots() {
    if (snapshotsWanted.isEmpty()) {
      return false;
    }
    NodeId[] wanted = snapshotsWanted.remove(0);
    snapshot(nodes.get(wanted[0]), nodes.get(wanted[1]));
    return true;
  }

  void snapshot(TestNode donor, TestNode to) {
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
  void run(long ms) {
    for (long at = 0; at < ms; at += 25) {
      tick();
      settle();
    }
  }

  private void tick() {
    for (TestNode n : nodes.values()) {
      if (!n.id.equals(busy)) {
        n.tick(25);
      }
    }
  }

  /** Time in which the loop of a node stands still; its process says so to the others for a while. */
  void busy(TestNode who, long ms, long toldMs) {
    busy = who.id;
    for (long at = 0; at < ms; at += 25) {
      tick();
      for (TestNode n : nodes.values()) {
        if (n != who && n.alive() && at % 50 == 0 && at > 50 && at < toldMs) {
          n.step(new Event.PeerBusy(who.id));
        }
      }
      settle();
    }
    busy = null;
    who.nowMs += ms;
  }

  /** Time passes until somebody sequences. */
  TestNode elect() {
    for (int i = 0; i < 400; i++) {
      if (leader() != null) {
        return leader();
      }
      run(25);
    }
    throw new AssertionError("nobody sequences");
  }

  /** The living sequencer of the latest view, or null. */
  TestNode leader() {
    TestNode leader = null;
    for (TestNode n : nodes.values()) {
      if (n.alive()
          && n.view().sequences()
          && (leader == null || n.view().view().compareTo(leader.view().view()) > 0)) {
        leader = n;
      }
    }
    return leader;
  }

  long propose(TestNode at, String... payloads) {
    List<Submission> submissions = new ArrayList<>();
    for (String payload : payloads) {
      submissions.add(new Submission(ticket(), Bytes.utf8(payload)));
    }
    at.step(new Event.Submitted(submissions));
    return tickets;
  }
}
