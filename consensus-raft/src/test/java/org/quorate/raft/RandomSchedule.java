package org.quorate.raft;

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
 * does and the group has to go on. Invariants are checked all the while by {@link TestCluster}.
 */
final class RandomSchedule {
  private final SplittableRandom random;
  private final TestCluster cluster;
  private final List<TestNode> nodes;
  private final Map<Long, Long> readFloors = new HashMap<>();
  private final int calm;
  private final TestNode slow; // its clock hardly moves: as a leader it stays one for long
  private int proposals;
  int crashes;
  int snapshots;
  int changes;
  int reads;

  RandomSchedule(long seed) {
    random = new SplittableRandom(seed);
    calm = 1 + random.nextInt(12);
    cluster = new TestCluster(seed);
    cluster.chatty = false;
    cluster.options.put("raft.log.retain.bytes", random.nextBoolean() ? "0" : "400");
    cluster.options.put("raft.inflight.count", "4");
    cluster.options.put("raft.batch.bytes", "1024");
    for (String name : new String[] {"a", "b", "c", "d", "e"}) {
      cluster.add(name);
    }
    if (random.nextBoolean()) {
      cluster.genesis("a", "b", "c");
    } else {
      cluster.genesis("a", "b", "c", "d", "e");
    }
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
    nodes.forEach(TestNode::start);
  }

  void run(int steps) {
    for (TestNode n : nodes) {
      n.autoDisk = false;
    }
    for (int i = 0; i < steps; i++) {
      act();
    }
    heal();
  }

  private void act() {
    TestNode node = nodes.get(random.nextInt(nodes.size()));
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
    for (TestNode n : nodes) {
      if (n != slow && random.nextInt(3) > 0) {
        n.tick(random.nextInt(2500));
      }
    }
  }

  private boolean rough() {
    return random.nextInt(calm) == 0;
  }

  private void message(int dice) {
    List<TestNetwork.Sent> queue = cluster.network.queue;
    if (queue.isEmpty()) {
      return;
    }
    int at = random.nextInt(3) == 0 && rough() ? random.nextInt(queue.size()) : 0;
    TestNetwork.Sent sent = queue.get(at);
    if (dice < 15 && rough()) {
      queue.remove(at);
    } else if (dice < 30 && rough()) {
      queue.add(random.nextInt(queue.size() + 1), sent);
    } else {
      cluster.deliver(s -> s == sent);
    }
  }

  private void propose(TestNode node) {
    TestNode at = random.nextInt(4) == 0 || cluster.leader() == null ? node : cluster.leader();
    String[] payloads = new String[1 + random.nextInt(4)];
    for (int i = 0; i < payloads.length; i++) {
      payloads[i] = "p" + proposals++;
    }
    cluster.propose(at, payloads);
  }

  private void read(TestNode node) {
    TestNode at = cluster.leader() == null || random.nextInt(4) == 0 ? node : cluster.leader();
    long known = 0;
    for (TestNode n : nodes) {
      known = Math.max(known, n.applied);
    }
    long ticket = cluster.ticket();
    readFloors.put(ticket, known);
    at.step(new Event.ReadTail(new TailRequest(ticket)));
  }

  private void crashOrStart(TestNode node) {
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
      TestNode from = nodes.get(random.nextInt(nodes.size()));
      cluster.network.cut(from.id, other(from));
    }
  }

  private NodeId other(TestNode node) {
    TestNode other = nodes.get(random.nextInt(nodes.size()));
    return other == node ? nodes.get((nodes.indexOf(node) + 1) % nodes.size()).id : other.id;
  }

  private void configure() {
    TestNode leader = cluster.leader();
    if (leader == null) {
      return;
    }
    Membership now = leader.view().membership();
    TestNode subject = nodes.get(random.nextInt(nodes.size()));
    List<Member> next = new ArrayList<>(now.members());
    Member listed = now.find(subject.id).orElse(null);
    next.remove(listed);
    if (listed == null || random.nextInt(3) > 0) {
      Role role = random.nextInt(3) == 0 ? Role.LEARNER : Role.VOTER;
      next.add(new Member(subject.id, subject.store, role));
    } else if (next.size() < 3) {
      return;
    }
    changes++;
    leader.step(new Event.Configure(cluster.ticket(), new Membership(now.version() + 1, next)));
  }

  /** Nothing bad happens any more. */
  private void heal() {
    cluster.network.heal();
    for (TestNode n : nodes) {
      n.autoDisk = true;
      if (!n.alive()) {
        n.start();
      }
      n.durable(Integer.MAX_VALUE);
      for (TestNode m : nodes) {
        if (m != n) {
          n.step(new Event.PeerReset(m.id));
        }
      }
    }
    for (int round = 0; round < 12; round++) {
      cluster.run(1000);
      TestNode leader = cluster.leader();
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

  private boolean same(TestNode leader, String last) {
    for (Member m : leader.view().membership().members()) {
      TestNode n = cluster.nodes.get(m.node());
      if (n.store != m.storeId()) {
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
    for (TestNode n : nodes) {
      all.append("\n")
          .append(n.id)
          .append(" ")
          .append(n.loglet.status())
          .append(" ")
          .append(Words.log(n.view()));
    }
    return all.toString();
  }

  long decided() {
    return cluster.decided.size();
  }
}
