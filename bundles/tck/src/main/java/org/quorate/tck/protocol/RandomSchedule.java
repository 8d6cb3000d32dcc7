package org.quorate.tck.protocol;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.SealRecord;
import org.quorate.spi.consensus.TailRequest;

/**
 * A seeded run: first anything may happen to messages, disks, nodes and members, then nothing bad
 * does and the group has to go on. Invariants are checked all the while by {@link ProtocolCluster}.
 *
 * @param <N> a node of the protocol
 */
public abstract class RandomSchedule<N extends ProtocolNode<?>> {
  protected final SplittableRandom random;
  protected final ProtocolCluster<N> cluster;
  private final List<N> nodes;
  private final Map<Long, Long> readFloors = new HashMap<>();
  private final int calm;
  private final N slow; // its clock hardly moves: as a leader it stays one for long
  private int proposals;
  int crashes;
  int snapshots;
  int changes;
  int reads;

  protected RandomSchedule(long seed, ProtocolCluster<N> cluster) {
    random = new SplittableRandom(seed);
    calm = 1 + random.nextInt(12);
    this.cluster = cluster;
    cluster.chatty = false;
    options(cluster.options, random);
    for (String name : new String[] {"a", "b", "c", "d", "e"}) {
      cluster.add(name);
    }
    cluster.genesis(genesis(random));
    nodes = new ArrayList<>(cluster.nodes.values());
    slow = random.nextInt(3) == 0 ? nodes.get(random.nextInt(3)) : null;
    cluster.onTail =
        (request, inner) -> {
          reads++;
          if (inner < readFloors.get(request.ticket())) {
            throw new AssertionError(
                "read at " + inner + ", before it " + readFloors.get(request.ticket()));
          }
        };
    nodes.forEach(ProtocolNode::start);
  }

  /** Sets options that make much happen on a small log. Called by the constructor. */
  protected abstract void options(Map<String, String> options, SplittableRandom random);

  /** The first members, of a to e, as {@link ProtocolCluster#genesis} takes them. */
  protected abstract String[] genesis(SplittableRandom random);

  /** Where a client turns to that picked this node. */
  protected abstract N asked(N picked);

  /** What the log of a node that runs has. */
  protected abstract String log(N node);

  /** So many steps of anything, then the group must go on. */
  public final void run(int steps) {
    for (N n : nodes) {
      n.autoDisk = false;
    }
    for (int i = 0; i < steps; i++) {
      act();
    }
    heal();
  }

  private void act() {
    N node = nodes.get(random.nextInt(nodes.size()));
    int dice = random.nextInt(1000);
    if (dice < 550) {
      message(dice);
    } else if (dice < 650) {
      if (node != slow || random.nextInt(20) == 0) {
        node.tick(20 + random.nextInt(40));
      }
    } else if (dice < 653) {
      if (rough()) {
        silence();
      }
    } else if (dice < 830) {
      node.durable(1 + random.nextInt(3));
    } else if (dice < 900) {
      propose(node);
    } else if (dice < 915) {
      read(node);
    } else if (dice < 930 && node.alive()) {
      node.checkpoint();
    } else if (dice < 945) {
      snapshots += cluster.snapshots() ? 1 : 0;
    } else if (dice < 957) {
      if (!node.alive() || rough()) {
        crashOrStart(node);
      }
    } else if (dice < 970) {
      if (rough()) {
        partition();
      } else {
        cluster.network.heal();
      }
    } else if (dice < 985) {
      configure();
    } else if (dice < 990) {
      node.step(new Event.HandOver(cluster.ticket(), other(node)));
    } else if (dice < 997) {
      node.step(new Event.PeerReset(other(node)));
    } else {
      SealRecord seal =
          new SealRecord(random.nextInt(3), node.latest.status().membership(), Bytes.utf8("seal"));
      node.step(new Event.Seal(cluster.ticket(), seal));
    }
  }

  /** Nothing arrives for a while: some time out. */
  private void silence() {
    for (N n : nodes) {
      if (n != slow && random.nextInt(3) > 0) {
        n.tick(random.nextInt(2500));
      }
    }
  }

  private boolean rough() {
    return random.nextInt(calm) == 0;
  }

  private void message(int dice) {
    List<ProtocolNetwork.Sent> queue = cluster.network.queue;
    if (queue.isEmpty()) {
      return;
    }
    int at = random.nextInt(3) == 0 && rough() ? random.nextInt(queue.size()) : 0;
    ProtocolNetwork.Sent sent = queue.get(at);
    if (dice < 15 && rough()) {
      queue.remove(at);
    } else if (dice < 30 && rough()) {
      queue.add(random.nextInt(queue.size() + 1), sent);
    } else {
      cluster.deliver(s -> s == sent);
    }
  }

  private void propose(N node) {
    N at = asked(node);
    String[] payloads = new String[1 + random.nextInt(4)];
    for (int i = 0; i < payloads.length; i++) {
      payloads[i] = "p" + proposals++;
    }
    cluster.propose(at, payloads);
  }

  private void read(N node) {
    N at = asked(node);
    long known = 0;
    for (N n : nodes) {
      known = Math.max(known, n.applied);
    }
    long ticket = cluster.ticket();
    readFloors.put(ticket, known);
    at.step(new Event.ReadTail(new TailRequest(ticket)));
  }

  private void crashOrStart(N node) {
    if (node.alive() && random.nextInt(3) > 0) {
      crashes++;
      node.crash(random.nextInt(node.disk.waiting() + 1));
    } else if (!node.alive()) {
      node.start();
    }
  }

  private void partition() {
    cluster.network.heal();
    int cuts = random.nextInt(8);
    for (int i = 0; i < cuts; i++) {
      N from = nodes.get(random.nextInt(nodes.size()));
      cluster.network.cut(from.id, other(from));
    }
  }

  private NodeId other(N node) {
    N other = nodes.get(random.nextInt(nodes.size()));
    return other == node ? nodes.get((nodes.indexOf(node) + 1) % nodes.size()).id : other.id;
  }

  private void configure() {
    N leader = cluster.leader();
    if (leader == null) {
      return;
    }
    Membership now = leader.latest.status().membership();
    N subject = nodes.get(random.nextInt(nodes.size()));
    List<Member> next = new ArrayList<>(now.members());
    Member listed = now.find(subject.id).orElse(null);
    next.remove(listed);
    if (listed != null && listed.role() == Role.WITNESS && random.nextInt(3) > 0) {
      return;
    }
    if (listed == null && wasWitness(subject)) {
      if (subject.latest != null
          && subject.latest.status().membership().find(subject.id).isPresent()) {
        return; // it may not know yet, and others may not either
      }
      subject.wipe(cluster.newStore());
      subject.start();
    }
    if (listed == null || random.nextInt(3) > 0) {
      Role role = random.nextInt(3) == 0 ? Role.LEARNER : Role.VOTER;
      next.add(new Member(subject.id, subject.store, role));
    } else if (next.size() < 3) {
      return;
    }
    changes++;
    leader.step(new Event.Configure(cluster.ticket(), new Membership(now.version() + 1, next)));
  }

  private boolean wasWitness(N node) {
    return cluster.genesis.find(node.id).map(m -> m.role() == Role.WITNESS).orElse(false)
        && cluster.genesis.find(node.id).get().storeId() == node.store;
  }

  /** Nothing bad happens any more. */
  private void heal() {
    cluster.network.heal();
    for (N n : nodes) {
      n.autoDisk = true;
      if (!n.alive()) {
        n.start();
      }
      n.durable(Integer.MAX_VALUE);
      for (N m : nodes) {
        if (m != n) {
          n.step(new Event.PeerReset(m.id));
        }
      }
    }
    for (int round = 0; round < 12; round++) {
      cluster.run(1000);
      N leader = cluster.leader();
      if (leader != null) {
        cluster.propose(leader, "end" + round);
        cluster.run(500);
        if (same(leader, "end" + round)) {
          return;
        }
      }
    }
    throw new AssertionError("the group does not go on: " + describe());
  }

  private boolean same(N leader, String last) {
    for (Member m : leader.latest.status().membership().members()) {
      N n = cluster.nodes.get(m.node());
      if (n.store != m.storeId() || m.role() == Role.WITNESS) {
        continue;
      }
      if (!n.state.equals(leader.state) || !n.state.lastEntry().getValue().equals(last)) {
        return false;
      }
    }
    return true;
  }

  private String describe() {
    StringBuilder all = new StringBuilder();
    for (N n : nodes) {
      all.append("\n")
          .append(n.id)
          .append(" ")
          .append(n.loglet.status())
          .append(" ")
          .append(log(n));
    }
    return all.toString();
  }

  /** How many positions were decided. */
  final long decided() {
    return cluster.decided.size();
  }
}
