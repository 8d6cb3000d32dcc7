package org.quorate.raft;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.transport.Lane;
import org.quorate.tck.protocol.TestLink;

/**
 * CPU of the protocol alone: three loglets on one thread, every message encoded and decoded, disks
 * that complete at once. {@code main [entries] [batch]}; no test, asserts nothing.
 */
final class ThroughputBench {
  private final TreeMap<NodeId, Node> nodes = new TreeMap<>();
  private long delivered;

  private static final class Settled implements Pending.Listener {
    DurableToken token;

    @Override
    public void durable(DurableToken done) {
      token = done;
    }

    @Override
    public void failed(StorageException why) {
      throw why;
    }
  }

  /** Turns of one node; effects go to the inboxes of the others. */
  private final class Node implements Effects {
    private final NodeId id;
    private final RaftLoglet loglet;
    private List<Event> inbox = new ArrayList<>();
    private long writes;

    Node(Member self, Membership genesis) {
      id = self.node();
      long seed = id.name().charAt(0);
      loglet = new RaftLoglet(new TestLink(self, genesis, Map.of(), seed, Recovered.NOTHING, this));
    }

    boolean turn() {
      if (inbox.isEmpty()) {
        return false;
      }
      List<Event> turn = inbox;
      inbox = new ArrayList<>();
      loglet.step(turn, this);
      return true;
    }

    private Pending write() {
      Settled settled = new Settled();
      Pending pending = new Pending(++writes, settled);
      pending.complete();
      inbox.add(new Event.Durable(settled.token));
      return pending;
    }

    @Override
    public Pending append(long first, List<Bytes> records) {
      return write();
    }

    @Override
    public Pending record(Bytes stable) {
      return write();
    }

    @Override
    public Pending reset(long next) {
      return write();
    }

    @Override
    public void trim(long first) {}

    @Override
    public void send(NodeId to, Lane lane, Message message) {
      Encoder out = new Encoder(256);
      message.encode(out);
      Node peer = nodes.get(to);
      peer.inbox.add(new Event.Received(id, peer.loglet.decode(out.take())));
    }

    @Override
    public void promise(Pending what, NodeId to, Lane lane, Message message) {
      send(to, lane, message);
    }

    @Override
    public void needSnapshot(NodeId to, long inner, List<NodeId> with) {
      throw new IllegalStateException("snapshot for " + to);
    }

    @Override
    public void deliver(long inner, Bytes payload) {
      if (loglet.view().leads()) {
        delivered++;
        if (delivered % 10_000 == 0) {
          nodes.values().forEach(n -> n.inbox.add(new Event.Checkpointed(n.decided())));
        }
      }
    }

    private long decided() {
      return loglet.view().commit();
    }

    @Override
    public void decided(long inner) {}

    @Override
    public void tail(TailRequest request, long inner) {}

    @Override
    public void refuse(Submission submission, Refusal why) {
      throw new IllegalStateException(why.toString());
    }

    @Override
    public void refuse(TailRequest request, Refusal why) {}

    @Override
    public void answer(long ticket, Refusal why) {}

    @Override
    public void membership(Membership effective, long inner) {}

    @Override
    public void halt(String reason) {
      throw new IllegalStateException(reason);
    }
  }

  private ThroughputBench() {
    List<Member> members = new ArrayList<>();
    for (String name : new String[] {"a", "b", "c"}) {
      members.add(new Member(NodeId.of(name), name.charAt(0), Role.VOTER));
    }
    Membership genesis = new Membership(1, members);
    members.forEach(m -> nodes.put(m.node(), new Node(m, genesis)));
  }

  private void quiet() {
    boolean any = true;
    while (any) {
      any = false;
      for (Node n : nodes.values()) {
        any |= n.turn();
      }
    }
  }

  private Node elect() {
    for (long at = 0; at < 10_000; at += 25) {
      for (Node n : nodes.values()) {
        n.inbox.add(new Event.Tick(at));
      }
      quiet();
      for (Node n : nodes.values()) {
        if (n.loglet.view().leads()) {
          return n;
        }
      }
    }
    throw new IllegalStateException("nobody leads");
  }

  /** CPU time, since other processes share the machine. */
  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private double run(Node leader, long entries, int batch) {
    Bytes payload = Bytes.wrap(new byte[100]);
    long start = cpuNanos();
    long until = delivered + entries;
    long ticket = 0;
    while (delivered < until) {
      List<Submission> submissions = new ArrayList<>(batch);
      for (int i = 0; i < batch; i++) {
        submissions.add(new Submission(ticket++, payload));
      }
      leader.inbox.add(new Event.Submitted(submissions));
      quiet();
    }
    return entries * 1e9 / (cpuNanos() - start);
  }

  public static void main(String[] args) {
    long entries = args.length > 0 ? Long.parseLong(args[0]) : 1_000_000;
    int[] batches = args.length > 1 ? new int[] {Integer.parseInt(args[1])} : new int[] {1, 16, 64};
    for (int batch : batches) {
      ThroughputBench bench = new ThroughputBench();
      Node leader = bench.elect();
      bench.run(leader, entries / 4, batch);
      System.out.printf(
          "batch %d: %,.0f entries per second of CPU, all three nodes%n",
          batch, bench.run(leader, entries, batch));
    }
  }
}
