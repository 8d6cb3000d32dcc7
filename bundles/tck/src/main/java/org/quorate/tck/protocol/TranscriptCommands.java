package org.quorate.tck.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.SealRecord;
import org.quorate.spi.consensus.TailRequest;

/**
 * The verbs of transcripts; docs/strategies/raft.md lists them. A protocol may add its own.
 *
 * @param <N> a node of the protocol
 */
public abstract class TranscriptCommands<N extends ProtocolNode<?>> {
  protected final ProtocolCluster<N> cluster;
  private int filled;

  protected TranscriptCommands(ProtocolCluster<N> cluster) {
    this.cluster = cluster;
  }

  /** What a node that runs knows, in a line. */
  protected abstract String status(N node);

  /** Whether the node asks for votes. */
  protected abstract boolean campaigns(N node);

  /** The payload of a filled log: of about so many bytes. */
  protected abstract String filler(int number, int bytes);

  /** A verb that only this protocol has; false for any other. */
  protected boolean own(String verb, String[] args) {
    return false;
  }

  /** Runs a line; answers what was said meanwhile. */
  public final List<String> execute(String[] words) {
    String[] args = Arrays.copyOfRange(words, 1, words.length);
    if (!own(words[0], args)
        && !group(words[0], args)
        && !network(words[0], args)
        && !node(words[0], args)) {
      throw new IllegalArgumentException("no command " + words[0]);
    }
    List<String> said = new ArrayList<>(cluster.said);
    cluster.said.clear();
    return said;
  }

  /** What concerns all nodes. */
  private boolean group(String verb, String[] args) {
    switch (verb) {
      case "option" -> cluster.options.put(args[0], args[1]);
      case "nodes" -> {
        for (String word : args) {
          cluster.add(word.split("[*=]")[0]);
        }
        cluster.genesis(args);
      }
      case "spare" -> {
        for (String name : args) {
          cluster.add(name);
        }
      }
      case "start" -> of(args).forEach(ProtocolNode::start);
      case "run" -> cluster.run(Long.parseLong(args[0]));
      case "settle" -> cluster.settle();
      case "snapshots" -> cluster.holdSnapshots(args[0].equals("held"));
      case "status" ->
          of(args).forEach(n -> cluster.say(n.id + (n.alive() ? " " + status(n) : " down")));
      default -> {
        return false;
      }
    }
    return true;
  }

  private List<N> of(String[] names) {
    List<N> nodes = new ArrayList<>();
    for (String name : names) {
      nodes.add(cluster.node(name));
    }
    return names.length == 0 ? List.copyOf(cluster.nodes.values()) : nodes;
  }

  /** What happens to messages. */
  private boolean network(String verb, String[] args) {
    switch (verb) {
      case "messages" -> cluster.network.queue.forEach(s -> cluster.say(s.toString()));
      case "deliver" -> {
        Predicate<ProtocolNetwork.Sent> which = filter(args);
        List<ProtocolNetwork.Sent> now = cluster.network.queue.stream().filter(which).toList();
        for (ProtocolNetwork.Sent sent : now) {
          cluster.say(sent.toString());
          cluster.deliver(s -> s == sent);
        }
      }
      case "drop" -> cluster.network.queue.removeIf(filter(args));
      case "duplicate" ->
          cluster.network.queue.addAll(
              cluster.network.queue.stream().filter(filter(args)).toList());
      case "cut" -> {
        for (String way : args) {
          String[] ends = way.split(">");
          cluster.network.cut(NodeId.of(ends[0]), NodeId.of(ends[1]));
        }
      }
      case "isolate" -> {
        for (ProtocolNode<?> other : cluster.nodes.values()) {
          if (!other.id.name().equals(args[0])) {
            cluster.network.cut(NodeId.of(args[0]), other.id);
            cluster.network.cut(other.id, NodeId.of(args[0]));
          }
        }
      }
      case "heal" -> cluster.network.heal();
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Words that are a kind of message or a way: {@code append a>b}; none for all. */
  private static Predicate<ProtocolNetwork.Sent> filter(String[] args) {
    return sent -> {
      for (String word : args) {
        String way = sent.from() + ">" + sent.to();
        boolean fits = word.contains(">") ? way.equals(word) : sent.kind().equals(word);
        if (!fits) {
          return false;
        }
      }
      return true;
    };
  }

  /** What one node is told or does. */
  private boolean node(String verb, String[] args) {
    N n = args.length == 0 ? null : cluster.node(args[0]);
    switch (verb) {
      case "tick" -> n.tick(Long.parseLong(args[1]));
      case "pause" -> {
        n.nowMs += Long.parseLong(args[1]);
        n.step(new Event.Tick(n.nowMs));
      }
      case "busy" -> cluster.busy(n, Long.parseLong(args[1]), Long.parseLong(args[2]));
      case "campaign" -> campaign(n);
      case "crash" -> n.crash(args.length > 1 ? Integer.parseInt(args[1]) : 0);
      case "wipe" -> n.wipe(cluster.newStore());
      case "disk" -> n.autoDisk = args[1].equals("free");
      case "durable" -> n.durable(args.length > 1 ? Integer.parseInt(args[1]) : 1000);
      case "propose" -> cluster.propose(n, Arrays.copyOfRange(args, 1, args.length));
      case "fill" -> fill(n, Integer.parseInt(args[1]), Integer.parseInt(args[2]));
      case "read" -> n.step(new Event.ReadTail(new TailRequest(cluster.ticket())));
      case "seal" ->
          n.step(
              new Event.Seal(
                  cluster.ticket(),
                  new SealRecord(
                      Long.parseLong(args[1]),
                      n.latest.status().membership(),
                      Bytes.utf8(args[2]))));
      case "configure" -> configure(n, args);
      case "transfer" -> n.step(new Event.HandOver(cluster.ticket(), NodeId.of(args[1])));
      case "checkpoint" -> n.checkpoint();
      case "snapshot" -> snapshot(n, cluster.node(args[1]));
      case "snapshot-failed" ->
          n.step(new Event.SnapshotSent(NodeId.of(args[1]), n.applied, false));
      case "snapshot-begun" -> n.step(new Event.SnapshotBegun(NodeId.of(args[1])));
      case "reconnect" -> n.step(new Event.PeerReset(NodeId.of(args[1])));
      case "peers" -> peers(n);
      case "state" -> cluster.say(n.id + " has " + n.state.values());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void campaign(N n) {
    for (int i = 0; i < 100 && !campaigns(n) && !cluster.leads(n); i++) {
      n.tick(50);
    }
  }

  private void fill(N n, int count, int bytes) {
    for (int i = 0; i < count; i++) {
      cluster.propose(n, filler(++filled, bytes));
    }
  }

  private void snapshot(N donor, N to) {
    cluster.snapshotsWanted.removeIf(w -> w[0].equals(donor.id) && w[1].equals(to.id));
    cluster.snapshot(donor, to);
  }

  /**
   * {@code configure NODE voter|learner|remove|desync|resync SUBJECT …}: the membership that follows;
   * {@code donor SUBJECT} gives the snapshot.
   */
  private void configure(N n, String[] args) {
    Membership now = n.latest.status().membership();
    List<Member> next = new ArrayList<>(now.members());
    NodeId donor = null;
    for (int i = 1; i + 1 < args.length; i += 2) {
      N subject = cluster.node(args[i + 1]);
      String change = args[i];
      if (change.equals("donor")) {
        donor = subject.id;
      } else if (change.endsWith("sync")) {
        next.replaceAll(m -> m.node().equals(subject.id) ? m.desynced(change.equals("desync")) : m);
      } else {
        next.removeIf(m -> m.node().equals(subject.id));
        if (!change.equals("remove")) {
          Role role = Role.valueOf(change.toUpperCase(Locale.ROOT));
          next.add(new Member(subject.id, subject.store, role));
        }
      }
    }
    Membership later = new Membership(now.version() + 1, next);
    n.step(new Event.Configure(cluster.ticket(), later, donor));
  }

  private void peers(N n) {
    for (Map.Entry<String, String> e : n.loglet.status().details().entrySet()) {
      if (e.getKey().startsWith("peer.")) {
        cluster.say(e.getValue());
      }
    }
  }
}
